// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The style sheet, the scripts and the icon that pages refer to.
///
/// Only the names below exist; what a visitor asks for is never made into a path.
package enum WorkbenchAssets {
    private static let contentTypes = [
        "workbench.css": "text/css; charset=utf-8",
        "workbench.js": "text/javascript; charset=utf-8",
        "proof.js": "text/javascript; charset=utf-8",
        "usage.js": "text/javascript; charset=utf-8",
        "try.js": "text/javascript; charset=utf-8",
        "favicon.svg": "image/svg+xml",
    ]

    /// The names there are, sorted.
    package static var names: [String] { contentTypes.keys.sorted() }

    /// The bytes of an asset and what to declare them as; nil for any other name.
    package static func file(named name: String) -> (bytes: [UInt8], contentType: String)? {
        guard let type = contentTypes[name], let bytes = loaded[name] else { return nil }
        return (bytes, type)
    }

    /// Read once; an asset missing from the installation is missing here.
    private static let loaded: [String: [UInt8]] = {
        var files: [String: [UInt8]] = [:]
        for name in contentTypes.keys {
            let url = Bundle.module.bundleURL.appendingPathComponent("Assets/\(name)")
            if let data = try? Data(contentsOf: url) { files[name] = Array(data) }
        }
        return files
    }()
}
