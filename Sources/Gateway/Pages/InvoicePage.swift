// SPDX-License-Identifier: Apache-2.0
import Hummingbird
import Site
import Workbench

/// A month's bill of one account, as a page and as files to take along.
struct InvoicePage: Sendable {
    let source: BillingSource
    /// Milliseconds since 1970, UTC.
    var now: @Sendable () -> Int = { Entry.now }

    private static let neededMonth = "The month is a year and a month, such as 2026-11."

    func view(_ query: Parameters) async throws -> InvoiceView {
        let (month, account) = asked(query)
        guard InvoicePage.isMonth(month) else {
            return InvoiceView(
                month: "", account: account, months: try await source.months(),
                accounts: try await source.accounts(), currency: source.currency,
                needed: InvoicePage.neededMonth)
        }
        let months = try await source.months()
        return InvoiceView(
            month: month, account: account,
            months: months.contains(month) ? months : [month] + months,
            accounts: try await source.accounts(), currency: source.currency,
            bill: try await source.bill(month, account))
    }

    func file(_ name: String?, _ query: Parameters) async throws -> Response {
        let (month, account) = asked(query)
        let kind = InvoiceFile.allCases.first { "invoice.\($0.rawValue)" == name }
        guard let kind, InvoicePage.isMonth(month),
            let bytes = try await source.file(month, account, kind)
        else { throw PageRefusal.noFile }
        return Response(
            status: .ok,
            headers: [
                .contentType: kind.contentType,
                // The month is digits and a hyphen; the account stays out of the name.
                .contentDisposition:
                    "attachment; filename=\"invoice-\(month).\(kind.rawValue)\"",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    /// The month and account of an address; this month, and the house, where it says nothing.
    private func asked(_ query: Parameters) -> (month: String, account: InvoiceView.Account) {
        let month = query["month"].map(String.init) ?? String(PageTime.day(now()).prefix(7))
        return (
            month, InvoiceView.Account(licensee: String((query["licensee"] ?? "").prefix(64)))
        )
    }

    /// Four digits, a hyphen and a month's number.
    static func isMonth(_ text: String) -> Bool {
        text.utf8.count == 7 && PageTime.milliseconds(text + "-01") != nil
    }
}
