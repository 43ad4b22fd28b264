/** An error a stand-in answers with; each provider renders it in its own shape. */
export class ApiProblem extends Error {
  readonly status: number;
  /** OpenAI's `code`, Anthropic's `details.error_code`. */
  readonly code: string | undefined;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.name = 'ApiProblem';
    this.status = status;
    this.code = code;
  }
}

export function notFound(what: string): ApiProblem {
  return new ApiProblem(404, `${what} not found`, 'not_found');
}

export function badRequest(message: string, code?: string): ApiProblem {
  return new ApiProblem(400, message, code);
}
