// SPDX-License-Identifier: Apache-2.0
import Foundation
import Hummingbird
import Ledger
import Site

/// What lets a caller check that a call is on record and that the record was not rewritten.
struct LedgerRoutes: Sendable {
    let service: Service

    /// The signed checkpoint is for everybody: it names a size and a root, nothing else.
    func addCheckpoint(to router: some RouterMethods<GatewayContext>) {
        router.get("checkpoint") { _, _ in
            let checkpoint = try OnRecord.value { try service.log.signedHead() }
            return Response(
                status: .ok,
                headers: [
                    .contentType: "text/plain; charset=utf-8", .cacheControl: "no-store",
                ],
                body: ResponseBody(byteBuffer: ByteBuffer(string: checkpoint.text)))
        }
    }

    func add(to group: RouterGroup<GatewayContext>) {
        group.get("ledger/proof", use: proof)
    }

    @Sendable private func proof(_ request: Request, _ context: GatewayContext) async throws
        -> Response
    {
        guard context.holder.allows(.ledger) else { throw APIError.outsideScope(.ledger) }
        guard
            let index = request.uri.queryParameters.get("index").flatMap(Int.init), index >= 0
        else {
            throw APIError.invalid(
                "expected ?index=N, the number of an entry", param: "index")
        }
        let checkpoint = try OnRecord.value { try service.log.signedHead() }
        guard index < checkpoint.size else { throw APIError.notOnRecord }
        let record = try OnRecord.value { try service.log.record(at: index) }
        let path = try OnRecord.value {
            try service.log.inclusionProof(index: index, size: checkpoint.size)
        }
        return JSONBody.response(
            ProofBody(
                index: index, size: checkpoint.size, leafHash: MerkleTree.leafHash(record).hex,
                proof: path.map(\.hex), root: checkpoint.root.hex, checkpoint: checkpoint.text))
    }
}

/// Runs a read of the ledger; where it fails the caller learns only that it did.
enum OnRecord {
    static func value<Value>(_ read: () throws -> Value) throws(APIError) -> Value {
        do {
            return try read()
        } catch {
            throw .ledgerUnavailable
        }
    }
}

/// An RFC 6962 inclusion proof; hashes as 64 hexadecimal digits.
private struct ProofBody: Encodable {
    var index: Int
    var size: Int
    var leafHash: String
    var proof: [String]
    var root: String
    /// The signed text whose size and root these are.
    var checkpoint: String

    enum CodingKeys: String, CodingKey {
        case index, size, proof, root, checkpoint
        case leafHash = "leaf_hash"
    }
}
