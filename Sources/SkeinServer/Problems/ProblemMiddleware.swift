import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import SkeinCore
import SkeinStorage
import Logging

/// Turns whatever a request fails with into a problem document.
struct ProblemMiddleware: RouterMiddleware {
    @concurrent func handle(
        _ request: Request, context: EventingContext,
        next: @concurrent (Request, EventingContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            // The server answers what is no HTTP, and ends the connection.
            throw error
        } catch {
            let problem = Self.problem(error, request)
            if problem.status.kind == .serverError {
                context.logger.info(
                    "a request failed",
                    metadata: [
                        "http.request.method": "\(request.method)", "url.path": "\(request.uri.path)",
                        "http.response.status_code": "\(problem.status.code)", "error": "\(error)",
                    ])
            }
            return try problem.response(from: request, context: context)
        }
    }

    private static func problem(_ error: any Error, _ request: Request) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case is NIOTooManyBytesError: return .tooLarge("the body is too large")
        case let error as StoreError where error.code == .closed:
            return .unavailable("the service is stopping; whether the request was done is not known, so send it again")
        case let error as StoreError: return .unavailable("the store cannot be used: \(error)")
        case let error as HTTPError where error.status == .notFound:
            return .notFound("there is nothing at \(request.method) \(request.uri.path)")
        case let error as HTTPError:
            return Problem(
                kind: "refused", status: error.status, title: error.status.reasonPhrase,
                detail: error.body ?? error.status.reasonPhrase)
        default:
            return Problem(
                kind: "failed", status: .internalServerError, title: "The service has failed",
                detail: "the request met an error that nobody foresaw; the log of the service has it")
        }
    }
}
