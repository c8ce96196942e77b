// SPDX-License-Identifier: Apache-2.0

/// A member of the clinical panel: works out numbers first, and says only what they back.
package protocol ClinicalRole: Sendable {
    associatedtype Work: Sendable, Equatable
    static var name: RoleName { get }
    static func examine(_ state: ClinicalState) -> Work
    static func statements(_ work: Work, _ state: ClinicalState) -> [RoleStatement]
}
