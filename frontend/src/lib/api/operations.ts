// What the generated schema says of a route, in the form that the client asks for it: which paths answer a
// method, what such a call needs, what its envelope holds. Types only; the schema itself is schema.d.ts.
import type { paths } from './schema';

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that answer a method. */
export type PathOf<M extends Method> = {
	[Path in keyof paths]: paths[Path][M] extends object ? Path : never;
}[keyof paths];

/** What one method of one path takes and answers. */
export type Operation<M extends Method, Path extends keyof paths> = NonNullable<paths[Path][M]>;

/** What a call must and may say. */
export type Options<Op> = Needs<'path', PathParameters<Op>> &
	Needs<'body', JsonBody<Op>> & {
		query?: QueryParameters<Op>;
		headers?: Record<string, string>;
		signal?: AbortSignal;
	};

/** The options as last argument: to be left out where nothing is needed. */
export type Arguments<Op> = object extends Options<Op> ? [options?: Options<Op>] : [options: Options<Op>];

/** The `data` of the envelope of a successful answer. */
export type Data<Op> = Op extends { responses: infer Answers }
	? Enveloped<Answers[keyof Answers & (200 | 201)]>
	: never;

type Needs<Name extends string, Value> = [Value] extends [never] ? object : Record<Name, Value>;

type PathParameters<Op> = Op extends { parameters: { path: infer Parameters } } ? Parameters : never;

type QueryParameters<Op> = Op extends { parameters: { query?: infer Parameters } } ? Parameters : never;

type JsonBody<Op> = Op extends { requestBody: { content: { 'application/json': infer Body } } }
	? Body
	: never;

type Enveloped<Answer> = Answer extends { content: { 'application/json': { data: infer Inside } } }
	? Inside
	: never;
