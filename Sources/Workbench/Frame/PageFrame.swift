// SPDX-License-Identifier: Apache-2.0

/// What surrounds every page: whose site it is, which model answers, and the visitor's token.
package struct PageFrame: Sendable, Hashable {
    /// The site's name.
    package var site: String
    /// Name and version of the model in force, as the footer shows it.
    package var model: String
    /// The token every form sends back, so that another site's page cannot post in a visitor's
    /// name.
    package var token: String

    package init(site: String, model: String, token: String) {
        self.site = site
        self.model = model
        self.token = token
    }

    /// Name of the hidden field that carries the token.
    package static let tokenField = "csrf"
}

/// A value that is one page of the workbench.
package protocol WorkbenchPage: Sendable {
    /// What the page is about: its `h1` and the first words of its title.
    var title: String { get }
    /// The entry of the navigation it belongs to, if any.
    var place: Place? { get }
    /// One sentence read out when scripts have replaced the content; what changed.
    var announcement: String { get }
    /// Everything below the `h1`.
    func content(in frame: PageFrame) -> HTML
}

extension WorkbenchPage {
    package var announcement: String { title }

    /// The whole document.
    package func render(in frame: PageFrame) -> String {
        page(in: frame).render()
    }

    /// The whole document, as UTF-8.
    package func bytes(in frame: PageFrame) -> [UInt8] {
        Array(render(in: frame).utf8)
    }

    /// Tables of money and of the ledger have more columns than text has width.
    private var isWide: Bool { place.map(PlaceGroup.gateway.places.contains) ?? false }

    private func page(in frame: PageFrame) -> HTML {
        document(language: "en") {
            head(frame)
            tag("body", ["class": isWide ? "wide" : nil]) {
                tag("a", ["class": "skip", "href": "#main"]) { "Skip to content" }
                banner(frame)
                tag("main", ["id": "main", "tabindex": "-1", "data-announce": announcement]) {
                    tag("h1") { title }
                    content(in: frame)
                }
                footer(frame)
            }
        }
    }

    private func head(_ frame: PageFrame) -> HTML {
        tag("head") {
            void("meta", ["charset": "utf-8"])
            void("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            void("meta", ["name": "color-scheme", "content": "light dark"])
            void("meta", ["name": "robots", "content": "noindex"])
            tag("title") { "\(title) · \(frame.site)" }
            void("link", ["rel": "stylesheet", "href": Place.assets + "workbench.css"])
            void(
                "link",
                ["rel": "icon", "type": "image/svg+xml", "href": Place.assets + "favicon.svg"])
            tag("script", ["type": "module", "src": Place.assets + "workbench.js"]) {}
        }
    }

    private func banner(_ frame: PageFrame) -> HTML {
        tag("header", ["class": "banner"]) {
            tag("div", ["class": "measure"]) {
                tag("p", ["class": "site"]) {
                    tag("a", ["href": Place.overview.rawValue]) { frame.site }
                    " "
                    tag("span", ["class": "product"]) { "Bedside workbench" }
                }
                navigation
                tag("p", ["id": "announce", "class": "unseen", "role": "status"]) {}
            }
        }
    }

    /// Two short lists rather than a long one: what serves patients, and what meters and proves.
    private var navigation: HTML {
        tag("nav", ["aria-label": "Workbench"]) {
            for (position, group) in PlaceGroup.allCases.enumerated() {
                tag("div", ["class": "places"]) {
                    tag("span", ["class": "group", "id": "places-\(position)"]) { group.rawValue }
                    tag("ul", ["aria-labelledby": "places-\(position)"]) {
                        for entry in group.places {
                            tag("li") {
                                tag(
                                    "a",
                                    [
                                        "href": entry.rawValue,
                                        "aria-current": entry == place ? "page" : nil,
                                    ]
                                ) { entry.name }
                            }
                        }
                    }
                }
            }
        }
    }

    private func footer(_ frame: PageFrame) -> HTML {
        tag("footer", ["class": "imprint"]) {
            tag("div", ["class": "measure"]) {
                tag("p") {
                    tag("strong") { "Not a medical device; not reviewed by clinicians." }
                    " For evaluation and research. Do not act on it in the care of a patient."
                }
                tag("p") {
                    "Model "
                    tag("code") { frame.model }
                }
            }
        }
    }
}
