# Tapri's commands. `make run` and `make test` are all one needs; the work is in scripts/.
.DEFAULT_GOAL := help
.PHONY: help run test test-mongo bench bench-auth bench-store load load-report crash web openapi openapi-release format hooks

help: ## shows this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 18

run: ## installs, builds and starts Tapri at http://localhost:3000; its data is in ./data
	@scripts/run.sh

test: ## every check there is; `make test STEPS="lint rust"` runs some
	@scripts/test.sh $(STEPS)

test-mongo: ## all stories on MongoDB: the server at TAPRI_TEST_MONGODB_URI, or one that is started for it
	@cd backend && ../scripts/with-mongodb.sh cargo test --workspace --locked --test mongodb
	@# The server that is started for it keeps the transactions of killed programs for ever (docs/storage.md).
	@cd backend && ../scripts/with-mongodb.sh cargo test --workspace --locked --test it -- $(if $(TAPRI_TEST_MONGODB_URI),,--skip killed)

bench: ## measures this machine; figures go to backend/target/bench/results.json
	@cd backend && cargo build --release --locked -p tapri -p bench && target/release/bench

bench-auth: ## measures tokens and revocation beside node-oidc-provider
	@cd backend && cargo build --release --locked -p tapri -p bench && target/release/bench auth

bench-store: ## measures the store beside raw redb, alone and while it grows to a million documents
	@cd backend && cargo build --release --locked -p bench && target/release/bench store

load: ## starts Tapri with a made up community, and Locust's page at http://localhost:8089
	@scripts/load.sh page

load-report: ## the same without the page; leaves backend/target/load/report.html, with percentiles and memory
	@scripts/load.sh report

crash: ## kills a writing store a thousand times and looks whether anything is lost
	@cd backend && cargo test --locked --quiet -p store --test crash -- --rounds 1000

web: ## builds the web app alone
	@scripts/web.sh

openapi: ## writes openapi/v1.json and the web app's types anew after a route changed
	@cd backend && cargo build --locked --quiet -p tapri
	@scripts/openapi.sh write

openapi-release: ## at a release: what clients may rely on from now on is openapi/v1.json
	@scripts/contract.sh release

format: ## formats everything
	@cd backend && cargo fmt --all
	@cd frontend && npm run --silent format

hooks: ## installs the hook that refuses to push to main
	@git config core.hooksPath .githooks
	@echo "Installed: git now refuses to push to main from this checkout."
