// SPDX-License-Identifier: Apache-2.0
import Records

/// The three simulated hospitals; raw values are the names of their directories.
package enum Hospital: String, CaseIterable, Sendable, Codable {
    /// Older people with many conditions, long records, many laboratory tests and images.
    case referralClinic = "referral-clinic"
    /// The general population, children included.
    case communityHospital = "community-hospital"
    /// Younger people who come by the emergency room, return seldom and are tested little.
    case safetyNetEmergency = "safety-net-emergency"

    /// The name as it stands in records and notes.
    package var title: String {
        switch self {
        case .referralClinic: "Harbor Ridge Referral Clinic"
        case .communityHospital: "Prairie Bend Community Hospital"
        case .safetyNetEmergency: "Mission Street Emergency Hospital"
        }
    }

    /// What the summary says about whom the hospital sees.
    package var note: String {
        switch self {
        case .referralClinic: "older patients with several conditions, many tests and images"
        case .communityHospital: "the general population, children included"
        case .safetyNetEmergency: "younger patients, emergency visits, sparse follow-up, few tests"
        }
    }

    var mix: CaseMix { CaseMix.of(self) }

    /// Names the hospital's own random stream.
    var streamNumber: UInt64 {
        switch self {
        case .referralClinic: 1
        case .communityHospital: 2
        case .safetyNetEmergency: 3
        }
    }

    /// The namespace of the hospital's record numbers.
    var recordNumberSystem: String { "urn:bedside:simulated:\(rawValue):mrn" }
}

/// How a hospital's patients and habits differ; set for software testing, as everything here.
struct CaseMix: Sendable {
    /// Share of all persons whose home hospital this is.
    let share: Double
    let meanEntryAge: Double
    let entryAgeDeviation: Double
    let entryAges: ClosedRange<Double>
    /// Multiplies all condition hazards of people who belong here.
    let burden: Double
    let smokers: Double
    /// People lost to follow-up, per person-year.
    let leaving: Double
    /// Planned visits per year, for nobody's and for each condition present.
    let visits: Double
    let visitsPerCondition: Double
    /// Visits for minor illness per year, and the share of them in the emergency room.
    let minorIllness: Double
    let minorInEmergency: Double
    /// Scales the probability of each laboratory panel, image and vaccine.
    let testing: Double
    let imaging: Double
    let prevention: Double
    /// Hours from UTC in winter.
    let winterOffset: Int

    static func of(_ hospital: Hospital) -> CaseMix {
        switch hospital {
        case .referralClinic:
            CaseMix(
                share: 0.34, meanEntryAge: 60, entryAgeDeviation: 13, entryAges: 25...91,
                burden: 1.35, smokers: 0.30, leaving: 0.05, visits: 0.45, visitsPerCondition: 0.11,
                minorIllness: 0.08, minorInEmergency: 0.15, testing: 0.4, imaging: 1,
                prevention: 0.5, winterOffset: -5)
        case .communityHospital:
            CaseMix(
                share: 0.42, meanEntryAge: 40, entryAgeDeviation: 23, entryAges: 0...90,
                burden: 1, smokers: 0.28, leaving: 0.06, visits: 0.28, visitsPerCondition: 0.08,
                minorIllness: 0.15, minorInEmergency: 0.25, testing: 0.3, imaging: 0.6,
                prevention: 0.8, winterOffset: -6)
        case .safetyNetEmergency:
            CaseMix(
                share: 0.24, meanEntryAge: 34, entryAgeDeviation: 14, entryAges: 1...82,
                burden: 1.25, smokers: 0.45, leaving: 0.12, visits: 0.2,
                visitsPerCondition: 0.05, minorIllness: 0.5, minorInEmergency: 0.8,
                testing: 0.25, imaging: 0.5, prevention: 0.3, winterOffset: -8)
        }
    }
}
