"""How much memory the servers take while Locust asks them, told at the end and in the report, and judged.

TAPRI_TEST_PIDS names the processes: "auth=123,resource=124,web=125". The first two together must stay below
TAPRI_TEST_MEMORY_MB (150); what else is named is only told. Without TAPRI_TEST_PIDS nothing is looked at.
"""

import html
import os

import gevent

SERVERS = ["auth", "resource"]
EVERY_SECOND = 1.0
LIMIT_MB = float(os.environ.get("TAPRI_TEST_MEMORY_MB", "150"))


class Memory:
    """Resident memory of some processes, sampled."""

    def __init__(self, named):
        pairs = (pair.split("=") for pair in named.split(",") if pair)
        self.pids = {name: int(pid) for name, pid in pairs}
        self.samples = []

    def sample(self):
        self.samples.append({name: resident_mb(pid) for name, pid in self.pids.items()})

    def follow(self):
        while True:
            self.sample()
            gevent.sleep(EVERY_SECOND)

    def rows(self):
        """For each process and for both servers: at the beginning, at most, at the end, in MB."""
        series = {f"tapri {name}": [sample[name] for sample in self.samples] for name in self.pids}
        series["both servers"] = [sum(sample.get(name, 0.0) for name in SERVERS) for sample in self.samples]
        return [(name, values[0], max(values), values[-1]) for name, values in series.items()]

    def most(self):
        return self.rows()[-1][2]


def resident_mb(pid):
    """Resident memory in MB; 0 where the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            line = next((line for line in status if line.startswith("VmRSS:")), "VmRSS: 0 kB")
    except OSError:
        return 0.0
    return int(line.split()[1]) / 1024


def watch(events):
    """Looks at the servers from the start of Locust to its end."""
    memory = Memory(os.environ.get("TAPRI_TEST_PIDS", ""))
    if not memory.pids:
        return
    memory.sample()

    def begin(environment, **_):
        gevent.spawn(memory.follow)

    def end(environment, **_):
        memory.sample()
        judge(environment, memory)

    events.init.add_listener(begin)
    events.quitting.add_listener(end)


def judge(environment, memory):
    """Tells the rows, adds them to the report where one is written, and ends with 3 where it was too much."""
    print("\nmemory, MB               first    most    last")
    for name, first, most, last in memory.rows():
        print(f"{name:<22} {first:7.1f} {most:7.1f} {last:7.1f}")
    options = environment.parsed_options
    if options is not None and getattr(options, "html_file", None):
        add_to_report(options.html_file, memory)
    if memory.most() > LIMIT_MB:
        print(f"FAILED: both servers took {memory.most():.1f} MB, more than {LIMIT_MB:.0f}")
        environment.process_exit_code = 3
    elif 0.0 in (sample[name] for sample in memory.samples for name in SERVERS):
        print("FAILED: a server ended meanwhile")
        environment.process_exit_code = 3


def add_to_report(path, memory):
    """Puts a table at the end of the page that Locust has written."""
    cells = "".join(
        f"<tr><td>{html.escape(name)}</td>" + "".join(f"<td>{value:.1f}</td>" for value in values) + "</tr>"
        for name, *values in memory.rows()
    )
    table = (
        '<section style="font-family: sans-serif; padding: 0 2rem 2rem"><h2>Memory</h2>'
        f"<p>Resident, in MB. Both servers together may take {LIMIT_MB:.0f}.</p>"
        '<table cellpadding="6"><tr><th>process</th><th>first</th><th>most</th><th>last</th></tr>'
        f"{cells}</table></section>"
    )
    with open(path, encoding="utf-8") as report:
        page = report.read()
    head, body, tail = page.rpartition("</body>")
    with open(path, "w", encoding="utf-8") as report:
        report.write(f"{head}{table}{body}{tail}" if body else page + table)
