import Foundation
import Testing

@testable import PayTaipeiKit
@testable import PayTaipeiTesting

@Suite("Scanning", .timeLimit(.minutes(3)))
struct ScannerTests {
    private struct Luma {
        let width, height: Int
        let bytes: Data

        /// Of a binary PGM file (Netpbm).
        init(pgm: Data) throws {
            let header = pgm.prefix(64).split(separator: 10, maxSplits: 3, omittingEmptySubsequences: false)
            try #require(header.count == 4 && header[0] == Data("P5".utf8) && header[2] == Data("255".utf8))
            let size = String(decoding: header[1], as: UTF8.self).split(separator: " ").compactMap { Int($0) }
            (width, height) = (size[0], size[1])
            bytes = Data(pgm.suffix(width * height))
        }
    }

    private func luma(_ world: World, _ bill: Issued) async throws -> Luma {
        try Luma(pgm: await world.photo(bill, "frame.pgm"))
    }

    @Test("a frame of the camera becomes the bill that its codes name")
    func cameraFrame() async throws {
        try await story { world in
            let bill = try await world.issue("taipei-water", amount: 1_016)
            let frame = try await luma(world, bill)
            let phone = try await world.verified()
            let scanner = BillScanner()
            var seen: Frame?
            // A frame has 60 ms: a busy machine may need another look.
            for _ in 0..<21 where seen?.isBill != true {
                seen = try scanner.frame(frame.bytes, width: frame.width, height: frame.height, stride: frame.width)
            }
            let found = try #require(seen)
            #expect(found.isBill, "\(found)")
            let kept = try await phone.bills.add(found)
            #expect(kept.number == bill.number && kept.payable == 1_016)
            #expect(try await phone.bills.add(picture: world.photo(bill, seed: 5)).id == kept.id)
        }
    }

    @Test("where the bytes lie and how rows are padded makes no difference")
    func layouts() async throws {
        try await story { world in
            let frame = try await luma(world, world.issue())
            let (width, height) = (frame.width, frame.height)
            let stride = width + 64
            var padded = Data(count: 100)
            for y in 0..<height { padded += frame.bytes[y * width..<(y + 1) * width] + Data(count: 64) }
            let scanner = BillScanner()
            func texts(_ look: () throws -> Frame) rethrows -> Set<String> {
                for _ in 0..<20 {
                    let seen = try look()
                    if seen.isBill { return Set(seen.symbols.map(\.text)) }
                }
                return []
            }
            let whole = try texts { try scanner.frame(frame.bytes, width: width, height: height, stride: width) }
            #expect(!whole.isEmpty)
            // A slice of a Data begins at another index than zero.
            let sliced = try texts { try scanner.frame(padded.dropFirst(100), width: width, height: height, stride: stride) }
            #expect(!sliced.isDisjoint(with: whole))
            let lent = try texts {
                try padded.withUnsafeBytes { bytes in
                    try scanner.frame(
                        UnsafeRawBufferPointer(rebasing: bytes[100...]), width: width, height: height, stride: stride)
                }
            }
            #expect(!lent.isDisjoint(with: whole))
        }
    }

    @Test("a frame that cannot be is refused, and one without a code says what to do")
    func impossible() async throws {
        let scanner = BillScanner()
        let bytes = Data(count: 64 * 48)
        for (width, height, stride) in [
            (0, 0, 0), (-1, 48, 64), (65, 48, 65), (64, 49, 64), (64, 48, 63), (Int.max, Int.max, Int.max),
        ] {
            let error = try await refusal { try scanner.frame(bytes, width: width, height: height, stride: stride) }
            #expect(error.code == "broken_file")
        }
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        let empty = try await refusal { try scanner.frame(nothing, width: 64, height: 48, stride: 64) }
        #expect(empty.code == "broken_file")
        let blank = try scanner.frame(bytes, width: 64, height: 48, stride: 64)
        #expect(!blank.isBill && blank.trouble?.code == "no_code")
    }

    /// Resident memory of this process, in kB.
    private func resident() throws -> Int {
        let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
        let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmRSS") })
        return try #require(Int(line.filter(\.isNumber)))
    }

    @Test("ten thousand frames take no more memory than a thousand")
    func tenThousand() async throws {
        try await story { world in
            let page = try await luma(world, world.issue())
            // A corner of a photo: noise, print and no whole code, so that readers run and end early.
            let (width, height) = (160, 120)
            var frame = Data()
            for y in 0..<height {
                let start = (y + 40) * page.width + 40
                frame += page.bytes[start..<start + width]
            }
            let scanner = BillScanner()
            for _ in 0..<1_000 { _ = try scanner.frame(frame, width: width, height: height, stride: width) }
            let before = try resident()
            for _ in 0..<10_000 { _ = try scanner.frame(frame, width: width, height: height, stride: width) }
            let grown = try resident() - before
            // A frame is 19 kB: kept, ten thousand would be 190 MB.
            #expect(grown < 16 * 1024, "grown by \(grown) kB")
        }
    }
}
