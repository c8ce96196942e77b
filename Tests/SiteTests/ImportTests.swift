// SPDX-License-Identifier: Apache-2.0
import Foundation
import Intake
import Records
import Site
import Testing
import Timelines

@Suite("Importing into a site")
struct ImportTests {
    /// The segment in force, byte for byte.
    func segment(_ site: SiteDirectory) throws -> Data {
        let names = try FileManager.default.contentsOfDirectory(atPath: site.timelinesPath)
            .filter { $0.hasSuffix(".bts") }
        #expect(names.count == 1)
        return try Data(contentsOf: URL(fileURLWithPath: "\(site.timelinesPath)/\(names[0])"))
    }

    /// A site under keys of its own, so that two sites give the same subject ids.
    func site(_ scratch: Scratch, _ name: String) throws -> SiteDirectory {
        try SiteDirectory.create(
            "\(scratch.path)/\(name)", name: "test", keyDirectory: "\(scratch.path)/keys")
    }

    @Test("importing the same files again changes nothing and reports the same")
    func idempotent() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<20, into: scratch, folder: "in")
        let site = try site(scratch, "a")
        let first = try ImportJob(site: site).run(scratch.path + "/in")
        let before = try segment(site)
        let second = try ImportJob(site: site).run(scratch.path + "/in")
        #expect(first.release.subjects == 20 && first.release.events == 40)
        #expect(second.filesKnown == 3)
        #expect(first.report.resources == 60 && second.report == first.report)
        #expect(try segment(site) == before)
    }

    @Test("what an import leaves at any step, the next one finishes to the same bytes")
    func resumes() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<30, into: scratch, folder: "in")
        let clean = try site(scratch, "clean")
        _ = try ImportJob(site: clean).run(scratch.path + "/in")
        let expected = try segment(clean)
        let files = FileManager.default
        for leftover in [
            "timelines/CURRENT", "vault/release-summary", "vault/crosswalk",
            "vault/imports", "timelines/RECORDED",
        ] {
            let copy = "\(scratch.path)/site-\(UUID().uuidString)"
            try files.copyItem(atPath: clean.path, toPath: copy)
            for name in files.enumerator(atPath: copy)?.allObjects as? [String] ?? []
            where name.hasPrefix(leftover) {
                try? files.removeItem(atPath: copy + "/" + name)
            }
            let again = try SiteDirectory(copy)
            _ = try ImportJob(site: again).run(scratch.path + "/in")
            #expect(try segment(again) == expected, "after losing \(leftover)")
        }
    }

    @Test("a damaged segment is noticed, and the next import writes it anew")
    func repairs() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<20, into: scratch, folder: "in")
        let site = try site(scratch, "a")
        _ = try ImportJob(site: site).run(scratch.path + "/in")
        let sound = try segment(site)
        let name = try #require(
            FileManager.default.contentsOfDirectory(atPath: site.timelinesPath)
                .first { $0.hasSuffix(".bts") })
        var bytes = [UInt8](sound)
        bytes[bytes.count / 2] ^= 1
        try Files.replace("\(site.timelinesPath)/\(name)", with: bytes)
        #expect(throws: SiteError.self) { try site.timelines() }
        _ = try ImportJob(site: site).run(scratch.path + "/in")
        #expect(try segment(site) == sound)
    }

    @Test("what was imported again last is the latest word")
    func statesAgain() throws {
        let scratch = try Scratch()
        try scratch.write("a/Patient.ndjson", FHIR.patient("p1"))
        try scratch.write("b/O.ndjson", FHIR.hba1c("o", patient: "p1", value: 7, on: "2015-01-01"))
        try scratch.write("c/O.ndjson", FHIR.hba1c("o", patient: "p1", value: 9, on: "2015-01-01"))
        let site = try site(scratch, "s")
        for folder in ["a", "b", "c", "b"] {
            _ = try ImportJob(site: site).run("\(scratch.path)/\(folder)")
        }
        let event = try #require(try site.timelines().timeline(subject: 0).first)
        #expect(event.value == .number(7, unit: "%"))
    }

    @Test("a file that can't be read is named, and the others are imported")
    func unreadableFile() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<3, into: scratch, folder: "in")
        try Data([0x1F, 0x8B, 8, 0, 0]).write(
            to: URL(fileURLWithPath: scratch.path + "/in/Broken.ndjson.gz"))
        let site = try site(scratch, "s")
        let summary = try ImportJob(site: site).run(scratch.path + "/in")
        #expect(summary.refusals.count == 1 && summary.refusals[0].contains("Broken.ndjson.gz"))
        #expect(summary.release.subjects == 3)
    }

    @Test(
        "a hospital's own code is released without its words, and only if enough subjects share it")
    func localCodes() throws {
        let scratch = try Scratch()
        let ids = (0..<12).map { "p\($0)" }
        try scratch.write("in/P.ndjson", ids.map { FHIR.patient($0) }.joined(separator: "\n"))
        func line(_ id: String, _ patient: String, _ code: String) -> String {
            FHIR.condition(id, patient: patient, code: code, on: "2015-01-01")
                .replacingOccurrences(of: "http://snomed.info/sct", with: "urn:oid:1.2.3")
                .replacingOccurrences(of: "\"Diabetes\"", with: "\"Ada Marker fell\"")
        }
        let shared = ids.enumerated().map { line("s\($0.offset)", $0.element, "FALL") }
        try scratch.write(
            "in/C.ndjson", (shared + [line("r", "p1", "MRN-8812345")]).joined(separator: "\n"))
        let site = try site(scratch, "s")
        let summary = try ImportJob(site: site).run(scratch.path + "/in")
        #expect(summary.release.events == 12)
        let codes = try site.timelines().codes
        #expect(codes.map(\.code.value) == ["FALL"] && codes[0].display.isEmpty)
    }

    @Test("two imports in a row hold what one import of both holds")
    func incremental() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<10, into: scratch, folder: "all/1")
        try FHIR.export(10..<20, into: scratch, folder: "all/2")
        let whole = try site(scratch, "whole")
        let parts = try site(scratch, "parts")
        _ = try ImportJob(site: whole).run(scratch.path + "/all")
        _ = try ImportJob(site: parts).run(scratch.path + "/all/1")
        let last = try ImportJob(site: parts).run(scratch.path + "/all/2")
        #expect(last.release.subjects == 20 && last.report.resources == 30)
        let one = try whole.timelines().codeCounts().map { "\($0)" }
        let two = try parts.timelines().codeCounts().map { "\($0)" }
        #expect(one == two)
    }

    @Test("events wait in the vault until their patient arrives")
    func latePatient() throws {
        let scratch = try Scratch()
        try scratch.write("a/Patient.ndjson", FHIR.patient("p1"))
        try scratch.write(
            "a/Condition.ndjson",
            FHIR.condition("c1", patient: "p1", on: "2015-01-01") + "\n"
                + FHIR.condition("c2", patient: "p2", on: "2015-01-01"))
        try scratch.write("b/Patient.ndjson", FHIR.patient("p2"))
        let site = try site(scratch, "a-site")
        let first = try ImportJob(site: site).run(scratch.path + "/a")
        #expect(first.release.events == 1)
        #expect(first.report.rejected["patient not in any import"] == 1)
        #expect(first.report.resources == first.report.imported + 1)
        let second = try ImportJob(site: site).run(scratch.path + "/b")
        #expect(second.release.subjects == 2 && second.release.events == 2)
    }

    @Test("a resource stated again by a later import replaces the earlier one")
    func replaces() throws {
        let scratch = try Scratch()
        try scratch.write("a/Patient.ndjson", FHIR.patient("p1"))
        try scratch.write("a/O.ndjson", FHIR.hba1c("o", patient: "p1", value: 7, on: "2015-01-01"))
        try scratch.write("b/O.ndjson", FHIR.hba1c("o", patient: "p1", value: 9, on: "2015-01-01"))
        let site = try site(scratch, "s")
        _ = try ImportJob(site: site).run(scratch.path + "/a")
        let again = try ImportJob(site: site).run(scratch.path + "/b")
        #expect(again.release.events == 1)
        let event = try #require(try site.timelines().timeline(subject: 0).first)
        #expect("\(String(describing: event.value))".contains("9.0"))
    }

    @Test("no name, record number or calendar date is in the site outside the vault")
    func nothingIdentifying() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<5, into: scratch, folder: "Marker_Ada")
        let site = try site(scratch, "s")
        _ = try ImportJob(site: site).run(scratch.path + "/Marker_Ada")
        let names = FileManager.default.enumerator(atPath: site.path)?.allObjects as? [String] ?? []
        for name in names {
            #expect(!name.contains("Marker"))
            guard let data = FileManager.default.contents(atPath: "\(site.path)/\(name)") else {
                continue
            }
            for secret in ["Marker", "2015-03-04", "1960-05-04", "02139", "MRN-77"] {
                #expect(data.range(of: Data(secret.utf8)) == nil, "\(name) holds \(secret)")
            }
        }
    }

    @Test("an import beside another import of the same site is refused")
    func busy() throws {
        let scratch = try Scratch()
        try FHIR.export(0..<1, into: scratch, folder: "in")
        let site = try site(scratch, "s")
        let lock = try FileLock(site.path + "/import.lock")
        #expect(lock != nil)
        #expect(throws: SiteError.busy(directory: site.path)) {
            try ImportJob(site: site).run(scratch.path + "/in")
        }
        withExtendedLifetime(lock) {}
    }
}
