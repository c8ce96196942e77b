// SPDX-License-Identifier: Apache-2.0
import Foundation
import Site
import Testing

@Suite("site.yaml")
struct ConfigurationTests {
    func read(_ yaml: String) throws -> Configuration {
        let scratch = try Scratch()
        try scratch.write("site.yaml", yaml)
        return try Configuration.read(scratch.path + "/site.yaml")
    }

    @Test("what init writes reads back as the same configuration")
    func roundTrip() throws {
        var configuration = Configuration()
        configuration.name = "St. \"Mary\" \\ North"
        configuration.smallCell = 20
        #expect(try read(configuration.yaml) == configuration)
    }

    @Test("an unknown key is refused with its line and the nearest known one")
    func unknownKey() throws {
        do {
            _ = try read("name: x\nsmall_cel: 5\n")
            Issue.record("an unknown key was accepted")
        } catch let error as SiteError {
            #expect(error.sentence.contains("site.yaml:2"))
            #expect(error.sentence.contains("small_cell"))
        }
    }

    @Test(
        "a value out of its range is refused",
        arguments: [
            "small_cell: 0", "small_cell: many", "stop_probability: 1.5", "max_questions: -3",
            "[1, 2]", "name: [a", "",
        ])
    func badValues(yaml: String) throws {
        #expect(throws: SiteError.self) { try read(yaml) }
    }

    @Test("a site is not made twice, nor in a directory that holds something else")
    func refusesExisting() throws {
        let scratch = try Scratch()
        let site = try SiteDirectory.create(scratch.path + "/s")
        #expect(throws: SiteError.alreadyASite(directory: site.path)) {
            try SiteDirectory.create(scratch.path + "/s")
        }
        try scratch.write("other/file.txt", "x")
        #expect(throws: SiteError.self) { try SiteDirectory.create(scratch.path + "/other") }
        #expect(throws: SiteError.self) { try SiteDirectory(scratch.path + "/nowhere") }
    }
}

@Suite("The gateway section of site.yaml")
struct GatewayConfigurationTests {
    func read(_ yaml: String) throws -> Configuration {
        let scratch = try Scratch()
        try scratch.write("site.yaml", yaml)
        return try Configuration.read(scratch.path + "/site.yaml")
    }

    func sentence(_ yaml: String) -> String {
        do {
            _ = try read(yaml)
            return ""
        } catch let error as SiteError {
            return error.sentence
        } catch { return "another error" }
    }

    @Test("what init writes names every key and reads back as the same, also when all is set")
    func roundTrip() throws {
        #expect(try read(Configuration().yaml) == Configuration())
        var configuration = Configuration()
        configuration.gateway.host = "0.0.0.0"
        configuration.gateway.port = 8443
        configuration.gateway.accessLog = .errors
        configuration.gateway.metrics = .open
        configuration.gateway.tls = .init(certificate: "/a \"b\".pem", key: "/k.pem")
        configuration.gateway.clinicalFailOpen = true
        configuration.gateway.defaultBudgetMicros = 5
        configuration.gateway.ledger.retainMonths = 120
        configuration.gateway.keepBodies = true
        configuration.gateway.upstreams = [
            .init(name: "a", url: "http://127.0.0.1:1/v1"),
            .init(
                name: "b", url: "https://x/v1", keyFile: "/f", keyEnvironment: "KEY",
                models: ["m", "n"]),
        ]
        #expect(try read(configuration.yaml) == configuration)
    }

    @Test("a typing error at any depth is named with file, line and the nearest known key")
    func namesLineAndKey() {
        let table = [
            ("gatway:\n  port: 1\n", ":1: unknown key gatway; did you mean gateway?"),
            ("name: x\ngateway:\n  prot: 1\n", ":3: gateway: unknown key prot; did you mean port?"),
            (
                "gateway:\n  tls:\n    certificate: /a\n    kee: /b\n",
                ":4: gateway.tls: unknown key kee; did you mean key?"
            ),
            (
                "gateway:\n  upstreams:\n    - name: a\n      url: x\n      modles: [m]\n",
                ":5: gateway.upstreams[0]: unknown key modles; did you mean models?"
            ),
        ]
        for (yaml, expected) in table { #expect(sentence(yaml).hasSuffix(expected)) }
    }

    @Test("a wrong value at any depth is named with its line and what was expected")
    func namesLineAndValue() {
        let table = [
            ("gateway: 3\n", ":1: gateway: expected indented lines"),
            ("gateway:\n  port: 70000\n", ":2: gateway.port: expected a whole number from 0 to"),
            ("gateway:\n  access_log: some\n", ":2: gateway.access_log: expected one of all"),
            ("gateway:\n  keep_bodies: 7\n", ":2: gateway.keep_bodies: expected true or false"),
            ("gateway:\n  tls:\n    key: /b\n", "gateway.tls: expected a line certificate: too"),
            ("gateway:\n  upstreams: a\n", ":2: gateway.upstreams: expected a list"),
            (
                "gateway:\n  upstreams:\n    - name: a\n",
                "gateway.upstreams[0]: expected a line url: too"
            ),
            (
                "gateway:\n  ledger:\n    segment_megabytes: 0\n",
                ":3: gateway.ledger.segment_megabytes: expected a whole number"
            ),
            (
                "gateway:\n  upstreams:\n    - name: a\n      url: b\n      models: c\n",
                ":5: gateway.upstreams[0].models: expected a list"
            ),
        ]
        for (yaml, expected) in table { #expect(sentence(yaml).contains(expected), "\(yaml)") }
    }
}
