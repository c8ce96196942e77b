// SPDX-License-Identifier: Apache-2.0
import Site
import Workbench

/// Where the pages about money, keys and records get what they show, and who does what they ask.
///
/// One small struct of functions a page: tests and other sites put their own in their place.
struct WorkbenchSources: Sendable {
    var catalogue: CatalogueSource
    var access: AccessSource
    var usage: UsageSource
    var billing: BillingSource
    var whoSaw: WhoSawSource
}

/// What the catalogue of models shows.
struct CatalogueSource: Sendable {
    /// The models served, with card and prices; how to call them is added by the page.
    var models: @Sendable () async throws -> [CatalogueView.Model]
    var currency: String
}

/// Keys, budgets and licences.
///
/// What is asked for is done and on record when a function returns; a `SiteError` says why not.
struct AccessSource: Sendable {
    /// Everything the page shows; without an outcome.
    var view: @Sendable () async throws -> AccessView
    /// Makes a key and returns it: the only time it is seen.
    var create: @Sendable (AccessForm.NewKey) async throws -> String
    /// Replaces a holder's key and returns the new one.
    var rotate: @Sendable (String) async throws -> String
    var revoke: @Sendable (String) async throws -> Void
    var setBudget: @Sendable (AccessForm.NewBudget) async throws -> Void
}

/// What went through the gateway lately.
struct UsageSource: Sendable {
    var view: @Sendable () async throws -> UsageView
}

/// Invoices as the ledger has them.
struct BillingSource: Sendable {
    /// Accounts with calls on record; the house first.
    var accounts: @Sendable () async throws -> [InvoiceView.Account]
    /// Months with calls on record as `2026-11`, newest first.
    var months: @Sendable () async throws -> [String]
    /// A month's bill; nil where the account settled no call in it.
    var bill: @Sendable (_ month: String, InvoiceView.Account) async throws -> InvoiceView.Bill?
    /// The same as a file with its proofs; nil where there is none.
    var file: @Sendable (_ month: String, InvoiceView.Account, InvoiceFile) async throws -> [UInt8]?
    var currency: String
}

/// Who asked about a patient.
struct WhoSawSource: Sendable {
    /// What the ledger has in the place of a caller's handle.
    var digest: @Sendable (_ handle: String) async throws -> String
    /// Entries about a patient in a period of milliseconds since 1970, oldest first.
    var found: @Sendable (_ digest: String, _ period: Range<Int>) async throws -> WhoSawView.Found
}
