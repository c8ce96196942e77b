// SPDX-License-Identifier: Apache-2.0

/// A made-up town with a postal code; 036, 059, 821, 692 and 893 are sparsely populated ZIP3 areas.
struct Place: Sendable {
    let town: String
    let state: String
    let postalCode: String
    let areaCode: String

    private init(_ town: String, _ state: String, _ postalCode: String, _ areaCode: String) {
        self.town = town
        self.state = state
        self.postalCode = postalCode
        self.areaCode = areaCode
    }

    static func near(_ hospital: Hospital) -> [Place] {
        switch hospital {
        case .referralClinic:
            [
                Place("Harbor Ridge", "MA", "02141", "617"),
                Place("Old Mill", "MA", "01821", "978"),
                Place("Easterly", "MA", "02176", "617"), Place("Quarry Cove", "MA", "01945", "978"),
                Place("Sutter's Landing", "NH", "03267", "603"),
                Place("Whitepine", "NH", "03604", "603"), Place("Cold Brook", "VT", "05904", "802"),
                Place("Maple Notch", "VT", "05446", "802"),
            ]
        case .communityHospital:
            [
                Place("Prairie Bend", "NE", "68134", "402"),
                Place("Twin Elms", "NE", "68516", "402"),
                Place("Long Furrow", "NE", "69211", "308"),
                Place("Granite Wells", "CO", "80231", "303"),
                Place("Aspen Hollow", "CO", "80538", "970"),
                Place("Dry Fork", "WY", "82009", "307"),
                Place("Geyser Flats", "WY", "82190", "307"),
                Place("Redbank", "KS", "66216", "913"),
            ]
        case .safetyNetEmergency:
            [
                Place("Mission Heights", "CA", "90063", "323"),
                Place("Olive Terrace", "CA", "90255", "323"),
                Place("Port Alameda", "CA", "94607", "510"),
                Place("Valle Seco", "CA", "93706", "559"),
                Place("Copper Junction", "NV", "89104", "702"),
                Place("Wild Horse", "NV", "89301", "775"),
            ]
        }
    }

    static let streets = [
        "Acorn", "Amber", "Appletree", "Barley", "Beacon Hill", "Birchwood", "Bluebird",
        "Brookside",
        "Cannery", "Cedar Grove", "Cherry", "Clearwater", "Cobblestone", "Copperfield",
        "Cottonwood",
        "Creekside", "Dogwood", "Eastgate", "Elderberry", "Fairview", "Ferry", "Fox Run", "Garden",
        "Goldenrod", "Hawthorn", "Heron", "Hickory", "Hillcrest", "Ironwood", "Juniper", "Kestrel",
        "Lakeshore", "Larkspur", "Lighthouse", "Linden", "Magnolia", "Market", "Meadowlark",
        "Millpond", "Mulberry", "Northfield", "Oak Hollow", "Orchard", "Park", "Pebble",
        "Pinecrest",
        "Poplar", "Quail", "Ridgeway", "Riverbend", "Rosewood", "Sagebrush", "School", "Spruce",
        "Stonebridge", "Sunnyside", "Sycamore", "Timber", "Union", "Valley View", "Walnut",
        "Westbrook", "Wildflower", "Willow", "Windmill",
    ]

    static let streetKinds = [
        "Street", "Street", "Street", "Avenue", "Avenue", "Road", "Lane", "Drive", "Court", "Way",
    ]
}
