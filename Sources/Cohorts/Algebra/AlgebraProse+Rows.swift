// SPDX-License-Identifier: Apache-2.0
import Records

extension AlgebraProse {
    /// What rows an expression has, as a noun phrase in the plural.
    ///
    /// - Parameter context: what the conditions around it are about.
    func rows(_ expression: AlgebraExpression, _ context: Reference) -> String {
        switch expression {
        case .event(let event): self.event(event)
        case .index: "the index row"
        case .observed: "the periods of observation"
        case .first(let inner): "the first per subject of \(group(inner, context))"
        case .last(let inner): "the last per subject of \(group(inner, context))"
        case .nth(let number, let inner): "number \(number) per subject of \(group(inner, context))"
        case .union(let parts): list(parts, " together with ", context)
        case .intersection(let parts):
            parts.count < 2
                ? list(parts, "", context)
                : "\(group(parts[0], context)) of subjects who also have "
                    + list(Array(parts.dropFirst()), " and ", context)
        case .complement(let inner):
            "the observed time of subjects without any of \(group(inner, context))"
        case .atLeast(let number, let parts):
            "all rows of subjects who have at least \(number) of: " + list(parts, "; ", context)
        case .filter(let inner, let condition):
            "\(group(inner, context)), each called \(context.inner.name), for which "
                + clause(condition, context.inner)
        case .eras(let inner, let gap): eras(inner, gap, context)
        case .consecutive(let number, let inner, let condition):
            "runs of \(number) neighbouring rows of \(group(inner, context)), in order of start and "
                + "then number, for each of which, called \(context.inner.name), "
                + clause(condition, context.inner)
        }
    }

    func eras(_ inner: AlgebraExpression, _ gapDays: Int, _ context: Reference) -> String {
        "the eras of \(group(inner, context)), run together where at most "
            + "\(count(gapDays, "day")) \(gapDays == 1 ? "lies" : "lie") between"
    }

    /// A phrase in brackets where its end would not be clear.
    func group(_ expression: AlgebraExpression, _ context: Reference) -> String {
        switch expression {
        case .event, .index, .observed: rows(expression, context)
        case .union(let parts) where parts.count < 2: rows(expression, context)
        case .first, .last, .nth, .union, .intersection, .complement, .atLeast, .filter, .eras,
            .consecutive:
            "(\(rows(expression, context)))"
        }
    }

    private func list(_ parts: [AlgebraExpression], _ word: String, _ context: Reference)
        -> String
    {
        parts.map { group($0, context) }.joined(separator: word)
    }

    private func event(_ event: AlgebraEvent) -> String {
        var text = "the events"
        if let table = event.table { text += " in table \(table.name)" }
        if !event.codes.isEmpty { text += " with code \(codes(event.codes))" }
        if let value = event.value { text += " whose number is \(range(value))" }
        if let unit = event.unit {
            let name = unit.isEmpty ? "an empty unit" : "the unit \(unit)"
            text += event.value == nil ? " in \(name)" : ", in \(name)"
        }
        if !event.valueCodes.isEmpty { text += " with the answer \(codes(event.valueCodes))" }
        return text
    }

    private func codes(_ codes: [Code]) -> String {
        codes.map { code in display(code).map { "\($0) (\(code))" } ?? code.description }
            .joined(separator: " or ")
    }
}
