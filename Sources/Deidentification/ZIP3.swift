// SPDX-License-Identifier: Apache-2.0

/// The first three digits of US postal codes that may be released.
///
/// An allow-list, not a deny-list: a prefix passes only where the census counted more than 20,000
/// people in the area of all its postal codes. Military, unassigned, malformed and foreign codes
/// are in no table and so never pass. Source of the rule: 45 CFR 164.514(b)(2)(i)(B).
package enum ZIP3 {
    /// What stands for a prefix that is not released.
    package static let withheld = "000"

    /// The prefix of a postal code, or `000` where it may not be known.
    ///
    /// Reads five digits, or nine with or without the hyphen, spaces around and between allowed.
    /// A missing country counts as the US; a country that is given and is not the US gives `000`.
    package static func released(postalCode: String?, country: String?) -> String {
        guard USState.isUnitedStates(country) ?? true, let postalCode,
            let digits = digits(of: postalCode)
        else { return withheld }
        let prefix = digits.prefix(3).reduce(0) { $0 * 10 + Int($1) }
        guard isReleased(prefix) else { return withheld }
        return digits.prefix(3).map(String.init).joined()
    }

    /// How many prefixes may be released.
    package static var releasedCount: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Whether the area of a prefix holds more than 20,000 people.
    static func isReleased(_ prefix: Int) -> Bool {
        ranges.contains { $0.contains(prefix) }
    }

    /// The five or nine digits of a postal code; nil for anything that is not one.
    private static func digits(of text: String) -> [UInt8]? {
        // Bounded first: a postal code is short, whatever else a field may hold.
        guard text.utf8.count <= 32 else { return nil }
        var digits: [UInt8] = []
        var hyphens = 0
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digits.append(byte - UInt8(ascii: "0"))
            case UInt8(ascii: " "), UInt8(ascii: "\t"): continue
            case UInt8(ascii: "-") where digits.count == 5: hyphens += 1
            default: return nil
            }
        }
        switch (digits.count, hyphens) {
        // A code that ends in its hyphen lost its last four digits, not its first five.
        case (5, 0), (5, 1), (9, 0), (9, 1): return digits
        default: return nil
        }
    }

    /// The prefixes with more than 20,000 people, as ranges: 876 of the 894 that have any.
    ///
    /// Facts of the US Census Bureau, a US Government work: 2020 Census, Demographic and Housing
    /// Characteristics, table P1, all 33,774 ZCTA5 summed by three digits. Read through the table
    /// of the public repository peopleworks/Silueta, commit fadd0dda (numbers only); to be pulled
    /// from census.gov again before a release. The 18 at or under 20,000 are 036 059 102 202 203
    /// 204 205 369 556 692 753 772 821 823 878 879 884 893.
    private static let ranges: [ClosedRange<Int>] = [
        6...7, 9...35, 37...54, 56...58, 60...89, 100...101, 103...191, 193...201, 206...212,
        214...268, 270...310, 312...331, 333...339, 341...342, 344...344, 346...347, 349...352,
        354...368, 370...374, 376...398, 400...418, 420...427, 430...458, 460...508, 510...516,
        520...528, 530...532, 534...535, 537...551, 553...554, 557...567, 570...577, 580...588,
        590...620, 622...631, 633...641, 644...648, 650...658, 660...662, 664...681, 683...691,
        693...693, 700...701, 703...708, 710...714, 716...731, 734...741, 743...752, 754...770,
        773...816, 820...820, 822...822, 824...838, 840...841, 843...847, 850...853, 855...857,
        859...860, 863...865, 870...871, 873...875, 877...877, 880...883, 890...891, 894...895,
        897...898, 900...900, 902...908, 910...928, 930...937, 939...941, 943...961, 967...968,
        970...986, 988...999,
    ]
}
