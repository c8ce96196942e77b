// SPDX-License-Identifier: Apache-2.0

/// The categories of race and ethnicity of the US Office of Management and Budget.
///
/// Finer codes (a tribe, a country of origin) narrow a person down and are not released.
/// Source: OMB Directive 15 (1997), with the codes of the CDC race and ethnicity code set.
enum OMBCategory {
    /// American Indian or Alaska Native, Asian, Black or African American, Native Hawaiian or
    /// Other Pacific Islander, White.
    private static let races: Set<String> = ["1002-5", "2028-9", "2054-5", "2076-8", "2106-3"]
    /// Hispanic or Latino, not Hispanic or Latino.
    private static let ethnicities: Set<String> = ["2135-2", "2186-5"]

    /// The code if it is one of the five races; empty otherwise.
    static func race(_ code: String?) -> String { kept(code, in: races) }

    /// The code if it is one of the two ethnicities; empty otherwise.
    static func ethnicity(_ code: String?) -> String { kept(code, in: ethnicities) }

    private static func kept(_ code: String?, in set: Set<String>) -> String {
        guard let code, set.contains(code) else { return "" }
        return code
    }
}
