// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Workbench

/// Who asked which model about a patient.
///
/// The patient's handle arrives in a form's body, becomes a keyed digest, and goes no further.
struct WhoSawPage: Sendable {
    let source: WhoSawSource

    private static let longestHandle = 400
    private static let day = 86_400_000

    func start() -> WhoSawView { WhoSawView() }

    func view(_ form: Form) async throws -> WhoSawView {
        var view = WhoSawPage.asked(form)
        let handle = form[WhoSawView.Field.subject] ?? ""
        guard !handle.isEmpty, handle.utf8.count <= WhoSawPage.longestHandle else {
            view.needed = "Type the handle that callers send for the patient."
            return view
        }
        guard let period = WhoSawPage.period(view) else {
            view.needed = WhoSawPage.neededPeriod
            return view
        }
        view.found = try await source.found(try await source.digest(handle), period)
        return view
    }

    /// The rows of a search as a file; the search is named by the digest its page showed.
    func export(_ form: Form) async throws -> Response {
        let view = WhoSawPage.asked(form)
        let digest = form[WhoSawView.Field.digest] ?? ""
        guard digest.utf8.count == 64,
            digest.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }),
            let period = WhoSawPage.period(view)
        else { throw PageRefusal.unreadableForm }
        let found = try await source.found(digest, period)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/csv; charset=utf-8",
                .contentDisposition: "attachment; filename=\"who-saw-what.csv\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(string: WhoSawView.csv(found))))
    }

    private static let neededPeriod =
        "A period is from a day to the same or a later one, such as 2026-11-01 to 2026-11-30."

    private static func asked(_ form: Form) -> WhoSawView {
        WhoSawView(
            from: String((form[WhoSawView.Field.from] ?? "").prefix(10)),
            until: String((form[WhoSawView.Field.until] ?? "").prefix(10)))
    }

    /// Both days included; open ends reach as far as time does.
    ///
    /// Nil where it is no period.
    private static func period(_ view: WhoSawView) -> Range<Int>? {
        var (from, until) = (0, Int.max)
        if !view.from.isEmpty {
            guard let first = PageTime.milliseconds(view.from) else { return nil }
            from = first
        }
        if !view.until.isEmpty {
            guard let last = PageTime.milliseconds(view.until) else { return nil }
            until = last + day
        }
        return from < until ? from..<until : nil
    }
}
