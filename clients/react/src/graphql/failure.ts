import { CombinedGraphQLErrors, ServerError, type ErrorLike } from '@apollo/client';
import { Offline } from './client';

/** What went wrong, for somebody who must decide what to do now. */
export interface Failure {
  kind: 'refused' | 'offline' | 'unreachable';
  /** What the API said. */
  message?: string;
  /** `extensions.code` of the API, or the status of HTTP. */
  code?: string;
  /** The number under which the server's log knows the request. */
  requestId?: string;
}

export function failureOf(error: ErrorLike): Failure {
  if (error instanceof Offline) return { kind: 'offline' };
  if (CombinedGraphQLErrors.is(error)) {
    const [first] = error.errors;
    const { code, requestId } = first?.extensions ?? {};
    return {
      kind: 'refused',
      message: first?.message ?? error.message,
      ...(typeof code === 'string' && { code }),
      ...(typeof requestId === 'string' && { requestId }),
    };
  }
  if (ServerError.is(error)) return { kind: 'unreachable', code: `HTTP ${error.statusCode}` };
  return { kind: 'unreachable' };
}
