// SPDX-License-Identifier: Apache-2.0
package import Records

/// What a call says of its patient, its place and its purpose; nil where it does not say.
package struct IntendedUseContext: Hashable, Sendable {
    /// Completed years.
    package var age: Int?
    package var sex: Sex?
    package var isPregnant: Bool?
    /// Kind of encounter.
    package var setting: String?
    package var userRole: String?
    package var use: String?
    /// Codes of findings the call reports as there, and as looked for and not there.
    package var present: Set<String>
    package var absent: Set<String>
    /// Codes of the inputs given.
    package var inputs: Set<String>

    package init(
        age: Int? = nil, sex: Sex? = nil, isPregnant: Bool? = nil, setting: String? = nil,
        userRole: String? = nil, use: String? = nil, present: Set<String> = [],
        absent: Set<String> = [], inputs: Set<String> = []
    ) {
        self.age = age
        self.sex = sex
        self.isPregnant = isPregnant
        self.setting = setting
        self.userRole = userRole
        self.use = use
        self.present = present
        self.absent = absent
        self.inputs = inputs
    }
}

/// Whether a call lies within the intended use.
package enum IntendedUseVerdict: Hashable, Sendable {
    case inside
    /// No answer may be given; every reason, in the order they were checked.
    case outside([IntendedUseReason])
    /// Nothing speaks against it, and these things were not told.
    case notAssessed([IntendedUseReason])

    /// Whether the model may be asked.
    package var allowsAnswer: Bool {
        if case .outside = self { false } else { true }
    }

    /// `inside`, `outside` or `not_assessed`.
    package var code: String {
        switch self {
        case .inside: "inside"
        case .outside: "outside"
        case .notAssessed: "not_assessed"
        }
    }

    /// Why it is not simply inside.
    package var reasons: [IntendedUseReason] {
        switch self {
        case .inside: []
        case .outside(let reasons), .notAssessed(let reasons): reasons
        }
    }
}

/// One reason: a machine code and a sentence that holds nothing the caller said.
package struct IntendedUseReason: Hashable, Sendable {
    package let code: String
    package let sentence: String

    init(_ code: String, _ sentence: String) {
        self.code = code
        self.sentence = sentence
    }
}
