// SPDX-License-Identifier: Apache-2.0
import Records
import Statistics

/// What a registration desk writes down about who somebody is.
struct Identity: Sendable, Equatable {
    var given: String
    var middle: String?
    var family: String
    var addressLine: String
    var town: String
    var state: String
    var postalCode: String
    var phone: String
    var email: String?

    /// Draws the identity of person number `index`; one in twenty shares the surname and, at the
    /// same hospital, the address of the person before, so that linkage meets families.
    init(index: Int, sex: Sex, near hospital: Hospital, seed: SeededRandom) {
        var random = seed.split(UInt64(index) &* 8 &+ 3)
        let joinsPrevious = index > 0 && random.chance(0.05)
        var household = seed.split(UInt64(joinsPrevious ? index - 1 : index) &* 8 &+ 4)
        let place = household.pick(Place.near(hospital))
        family = household.pick(NameLists.family)
        addressLine = Identity.street(&household)
        town = place.town
        state = place.state
        postalCode = place.postalCode
        phone = Identity.phone(areaCode: place.areaCode, &household)
        given = random.pick(NameLists.given(sex))
        middle = random.chance(0.45) ? random.pick(NameLists.given(sex)) : nil
        if random.chance(0.35) {
            let user = Identity.ascii(given).first.map(String.init) ?? "x"
            email = "\(user)\(Identity.ascii(family))\(random.whole(10...99))@example.org"
        }
    }

    /// The same person at another desk: nickname, typing error, new surname, new address, new phone.
    func seenElsewhere(
        sex: Sex, near hospital: Hospital, random: inout SeededRandom
    ) -> Identity {
        var other = self
        if let nickname = NameLists.nicknames[given], random.chance(0.4) {
            other.given = nickname
        } else if random.chance(0.1) {
            other.given = Identity.mistyped(given, &random)
        }
        if random.chance(0.4) { other.middle = random.chance(0.5) ? nil : middle }
        if random.chance(sex == .female ? 0.16 : 0.03) {
            other.family = random.pick(NameLists.family)
        } else if random.chance(0.14) {
            other.family = Identity.mistyped(family, &random)
        }
        if random.chance(0.4) {
            let place = random.pick(Place.near(hospital))
            other.addressLine = Identity.street(&random)
            other.town = place.town
            other.state = place.state
            other.postalCode = place.postalCode
            if random.chance(0.6) {
                other.phone = Identity.phone(areaCode: place.areaCode, &random)
            }
        }
        if random.chance(0.3) { other.email = nil }
        return other
    }

    /// A typing error: two neighbours swapped, a letter lost, or a letter doubled.
    private static func mistyped(_ name: String, _ random: inout SeededRandom) -> String {
        var letters = Array(name)
        guard letters.count > 3 else { return name }
        let position = random.whole(1...(letters.count - 2))
        switch random.below(3) {
        case 0: letters.swapAt(position, position + 1)
        case 1: letters.remove(at: position)
        default: letters.insert(letters[position], at: position)
        }
        return String(letters)
    }

    private static func street(_ random: inout SeededRandom) -> String {
        let number = random.whole(3...2899)
        let line = "\(number) \(random.pick(Place.streets)) \(random.pick(Place.streetKinds))"
        return random.chance(0.2) ? line + " Apt \(random.whole(1...48))" : line
    }

    /// A number between 555-0100 and 555-0199, the range kept for fiction.
    private static func phone(areaCode: String, _ random: inout SeededRandom) -> String {
        "\(areaCode)-555-0\(random.whole(100...199))"
    }

    /// The ASCII letters of a name in lower case.
    private static func ascii(_ name: String) -> String {
        String(name.lowercased().filter { $0.isASCII && $0.isLetter })
    }
}
