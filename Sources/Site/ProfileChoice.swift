// SPDX-License-Identifier: Apache-2.0
import Deidentification

extension SiteDirectory {
    /// The site under a release profile: as it is where `site.yaml` says so already, else with the
    /// profile's line of `site.yaml` replaced.
    ///
    /// - Throws: `.refused` where records were imported under another profile. A looser profile is
    ///   a decision of the privacy officer, made in `site.yaml`, not on a command line.
    package func under(profile name: String) throws(SiteError) -> SiteDirectory {
        guard name != configuration.profile else { return self }
        _ = try stage { try ReleaseProfile(named: name) }
        guard try CurrentTimelines.read(self) == nil, try ImportList.read(vault()).batches.isEmpty
        else {
            throw .refused(
                "\(path)/site.yaml: the site's records were imported under the profile "
                    + "\(configuration.profile), expected the same or a new site for \(name)")
        }
        let file = path + "/site.yaml"
        let lines = try Files.readText(file).split(
            separator: "\n", omittingEmptySubsequences: false)
        guard let line = lines.firstIndex(where: { $0.hasPrefix("profile:") }) else {
            try Files.replace(file, with: Array("profile: \(name)\n".utf8) + Files.readBytes(file))
            return try SiteDirectory(path)
        }
        var replaced = lines.map(String.init)
        replaced[line] = "profile: \(name)"
        try Files.replace(file, with: Array(replaced.joined(separator: "\n").utf8))
        return try SiteDirectory(path)
    }
}
