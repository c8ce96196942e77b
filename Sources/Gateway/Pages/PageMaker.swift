// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Site
import Workbench

/// A request by somebody at the pages: their session and what surrounds their page.
struct Visit: Sendable {
    var session: Session
    /// The cookie has yet to be set.
    var isNew: Bool
    var frame: PageFrame
}

/// Turns views into responses and posted forms into fields.
struct PageMaker: Sendable {
    let service: Service
    let settings: GatewaySettings
    private let key = SessionKey()

    init(service: Service, settings: GatewaySettings) {
        self.service = service
        self.settings = settings
    }

    /// The visit a request belongs to; one without a valid cookie begins a session.
    func visit(_ request: Request) -> Visit {
        let cookie = request.cookies[SessionKey.cookieName]?.value
        let known = cookie.flatMap { key.session(cookie: $0) }
        let session = known ?? key.open()
        return Visit(
            session: session, isNew: known == nil,
            frame: PageFrame(
                site: service.site.configuration.name,
                model: service.models.map { "\($0.id) \($0.version)" }.joined(separator: ", "),
                token: session.token))
    }

    func response(
        _ page: some WorkbenchPage, for visit: Visit, status: HTTPResponse.Status = .ok
    ) -> Response {
        var response = Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: page.bytes(in: visit.frame))))
        if visit.isNew {
            response.setCookie(
                Cookie(
                    name: SessionKey.cookieName, value: visit.session.cookie, path: "/",
                    httpOnly: true, sameSite: .strict))
        }
        return response
    }

    /// The fields of a posted form.
    ///
    /// - Throws: `PageRefusal` where the form carries no token of the visit's session.
    func form(_ request: Request, of visit: Visit) async throws -> Form {
        let bytes = try await request.bytes(upTo: settings.maxBodyBytes)
        guard let form = Form(bytes) else { throw PageRefusal.unreadableForm }
        guard !visit.isNew, let token = form[PageFrame.tokenField],
            key.accepts(token: token, in: visit.session)
        else { throw PageRefusal.foreignForm }
        return form
    }

    /// A page for what went wrong.
    func response(to error: any Error, for visit: Visit) -> Response {
        let refusal = PageRefusal(error, bodyLimit: settings.maxBodyBytes)
        return response(refusal.view, for: visit, status: refusal.status)
    }
}

/// Why a page can't be shown, in words for the person in front of it.
struct PageRefusal: Error, Equatable, Sendable {
    var status: HTTPResponse.Status
    var title: String
    var sentence: String
    var needed: [String] = []

    static let foreignForm = PageRefusal(
        status: .forbidden, title: "Form not accepted",
        sentence: "The form did not come from a page of this session, so nothing was done.",
        needed: ["Open the page again and send the form from there; cookies must be allowed."])

    static let unreadableForm = PageRefusal(
        status: .badRequest, title: "Form not readable",
        sentence: "What arrived is not a form as the pages send it, so nothing was done.")

    static let noEntry = PageRefusal(
        status: .notFound, title: "Not on record",
        sentence: "The ledger has no entry of that number.")

    static let noPage = PageRefusal(
        status: .notFound, title: "Not found", sentence: "There is no page at this address.")

    static let noFile = PageRefusal(
        status: .notFound, title: "Not found", sentence: "There is no such file.")

    /// What any error becomes; a site's own sentence is for whoever runs it, who sits here.
    init(_ error: any Error, bodyLimit: Int) {
        if let refusal = error as? PageRefusal {
            self = refusal
            return
        }
        let refusal = APIError(thrown: error, bodyLimit: bodyLimit)
        self.init(
            status: refusal.status, title: "Not possible now",
            sentence: (error as? SiteError)?.pageSentence ?? refusal.message.asPageSentence)
    }

    init(
        status: HTTPResponse.Status, title: String, sentence: String, needed: [String] = []
    ) {
        self.status = status
        self.title = title
        self.sentence = sentence
        self.needed = needed
    }

    var view: ErrorView {
        ErrorView(status: status.code, title: title, sentence: sentence, needed: needed)
    }
}

extension SiteError {
    /// The sentence as a page writes it.
    var pageSentence: String { sentence.asPageSentence }
}

extension String {
    /// A capital first, a point last.
    fileprivate var asPageSentence: String {
        let text = prefix(1).uppercased() + dropFirst()
        return text.hasSuffix(".") ? text : text + "."
    }
}
