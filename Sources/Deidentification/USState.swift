// SPDX-License-Identifier: Apache-2.0

/// States of the United States, with the District of Columbia and the inhabited territories.
///
/// Safe Harbor lets the state stand and nothing smaller. Anything that is not in this list could
/// be smaller, so it is not released: neither text nor guesses pass.
package enum USState {
    /// The two letters of a US state or territory, from its letters or its name in any case.
    ///
    /// Empty for anything else, and for every state of a country that is given and is not the US.
    package static func code(_ state: String?, country: String?) -> String {
        guard isUnitedStates(country) ?? true, let state else { return "" }
        let key = folded(state)
        if key.utf8.count == 2 { return names.keys.contains(key) ? key : "" }
        return byName[key] ?? ""
    }

    /// Whether the country is the US or one of its territories; nil where none is given.
    static func isUnitedStates(_ country: String?) -> Bool? {
        guard let country else { return nil }
        let key = folded(country)
        return key.isEmpty ? nil : countries.contains(key)
    }

    /// Capital letters with single spaces; periods are dropped, so that `N.Y.` is `NY`.
    private static func folded(_ text: String) -> String {
        text.uppercased()
            .filter { $0 != "." }
            .split { $0.isWhitespace || $0 == "_" || $0 == "-" || $0 == "," }
            .joined(separator: " ")
    }

    private static let countries: Set<String> = [
        "US", "USA", "UNITED STATES", "UNITED STATES OF AMERICA", "THE UNITED STATES", "U S",
        "U S A",
        "AMERICA", "840", "PR", "PRI", "PUERTO RICO", "GU", "GUM", "GUAM", "VI", "VIR",
        "US VIRGIN ISLANDS", "AS", "ASM", "AMERICAN SAMOA", "MP", "MNP",
        "NORTHERN MARIANA ISLANDS",
    ]

    private static let byName: [String: String] = {
        var table: [String: String] = [
            "WASHINGTON DC": "DC", "WASHINGTON D C": "DC", "D C": "DC",
            "US VIRGIN ISLANDS": "VI", "UNITED STATES VIRGIN ISLANDS": "VI",
            "COMMONWEALTH OF PUERTO RICO": "PR",
            "COMMONWEALTH OF THE NORTHERN MARIANA ISLANDS": "MP",
        ]
        for (code, name) in names { table[name] = code }
        return table
    }()

    private static let names: [String: String] = [
        "AL": "ALABAMA", "AK": "ALASKA", "AZ": "ARIZONA", "AR": "ARKANSAS", "CA": "CALIFORNIA",
        "CO": "COLORADO", "CT": "CONNECTICUT", "DE": "DELAWARE", "DC": "DISTRICT OF COLUMBIA",
        "FL": "FLORIDA", "GA": "GEORGIA", "HI": "HAWAII", "ID": "IDAHO", "IL": "ILLINOIS",
        "IN": "INDIANA", "IA": "IOWA", "KS": "KANSAS", "KY": "KENTUCKY", "LA": "LOUISIANA",
        "ME": "MAINE", "MD": "MARYLAND", "MA": "MASSACHUSETTS", "MI": "MICHIGAN",
        "MN": "MINNESOTA", "MS": "MISSISSIPPI", "MO": "MISSOURI", "MT": "MONTANA",
        "NE": "NEBRASKA", "NV": "NEVADA", "NH": "NEW HAMPSHIRE", "NJ": "NEW JERSEY",
        "NM": "NEW MEXICO", "NY": "NEW YORK", "NC": "NORTH CAROLINA", "ND": "NORTH DAKOTA",
        "OH": "OHIO", "OK": "OKLAHOMA", "OR": "OREGON", "PA": "PENNSYLVANIA",
        "RI": "RHODE ISLAND", "SC": "SOUTH CAROLINA", "SD": "SOUTH DAKOTA", "TN": "TENNESSEE",
        "TX": "TEXAS", "UT": "UTAH", "VT": "VERMONT", "VA": "VIRGINIA", "WA": "WASHINGTON",
        "WV": "WEST VIRGINIA", "WI": "WISCONSIN", "WY": "WYOMING",
        // The territories.
        "PR": "PUERTO RICO", "GU": "GUAM", "VI": "VIRGIN ISLANDS", "AS": "AMERICAN SAMOA",
        "MP": "NORTHERN MARIANA ISLANDS",
    ]
}
