import BareEcho
import Foundation
import PayTaipeiKit

// `bench ROUNDS STARTS`: one JSON object a line: nanoseconds of processor time a call, round by round; milliseconds from
// the start of a program to its first answer, start by start.

/// A frame of full high definition, one byte a pixel.
let width = 1920
let height = 1080
let warm = 15
let turns = 10

/// Kept, so that no call is left out by the compiler.
nonisolated(unsafe) var kept: Any?

struct Pair {
    let name: String
    let calls: Int
    let ours: () throws -> Any
    let bare: () throws -> Any
}

/// Processor time of this thread, on which the whole of a call runs, for one call.
func nanoseconds(_ calls: Int, _ call: () throws -> Any) rethrows -> Double {
    func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
    }
    let started = now()
    for _ in 0..<calls { kept = try call() }
    return (now() - started) / Double(calls)
}

struct NotRefused: Error {}

func refused(_ call: () throws -> Any) throws -> Any {
    do { _ = try call() } catch PayTaipeiError.Input(let refusal) { return refusal }
    throw NotRefused()
}

func turnedAway(_ call: () throws -> Any) throws -> Any {
    do { _ = try call() } catch BareEcho.EchoError.Input(let refusal) { return refusal }
    throw NotRefused()
}

func line(_ figures: [(String, Double, Double)]) {
    let parts = figures.map { "\"\($0.0)\":{\"ours\":\($0.1),\"bare\":\($0.2)}" }
    print("{\(parts.joined(separator: ","))}")
}

func calls(rounds: Int) throws {
    let scanner = BillScanner()
    let taker = BareEcho.Taker()
    let frame = UnsafeMutableRawBufferPointer.allocate(byteCount: width * height, alignment: 16)
    frame.initializeMemory(as: UInt8.self, repeating: 7)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: width * height, alignment: 16)
    copy.initializeMemory(as: UInt8.self, repeating: 7)
    let data = Data(frame)
    let lent = UnsafeRawBufferPointer(frame)
    // Narrower than it says: refused once it was handed over, before any pixel is looked at.
    func taken() throws -> Any {
        try refused { try scanner.frame(lent, width: width, height: height, stride: width - 1) }
    }
    guard let refusal = try taken() as? PayTaipeiKit.Refusal else { throw NotRefused() }
    BareEcho.remember(
        billers: PayTaipeiKit.billers(lang: .zhHant).map {
            BareEcho.Biller(
                id: $0.id, name: $0.name, nameEn: $0.nameEn, category: $0.category, county: $0.county, served: $0.served,
                scan: $0.scan, fields: $0.fields, hint: $0.hint)
        },
        providers: PayTaipeiKit.providers(lang: .zhHant).map { BareEcho.Provider(id: $0.id, name: $0.name) },
        refusal: BareEcho.Refusal(
            code: refusal.code, detail: refusal.detail,
            message: BareEcho.Words(zh: refusal.message.zh, en: refusal.message.en),
            hint: BareEcho.Words(zh: refusal.hint.zh, en: refusal.hint.en)))
    let pairs = [
        Pair(
            name: "text", calls: 20_000, ours: { PayTaipeiKit.moneyText(1_280) }, bare: { BareEcho.echo(number: 1_280) }),
        Pair(
            name: "providers", calls: 4_000, ours: { PayTaipeiKit.providers(lang: .zhHant) },
            bare: { BareEcho.providers(lang: .zhHant) }),
        Pair(
            name: "billers", calls: 500, ours: { PayTaipeiKit.billers(lang: .zhHant) },
            bare: { BareEcho.billers(lang: .zhHant) }),
        Pair(
            name: "frame", calls: 4_000, ours: taken,
            bare: {
                try turnedAway {
                    try taker.frame(
                        luma: data, width: UInt32(width), height: UInt32(height), stride: UInt32(width - 1), rotation: .r0)
                }
            }),
        Pair(
            name: "array", calls: 60,
            ours: {
                try refused { try scanner.frame(data, width: width, height: height, stride: width - 1) }
            },
            bare: {
                copy.copyMemory(from: lent)
                return copy[0]
            }),
    ]
    // The first rounds warm up.
    for round in -warm..<rounds {
        let figures = try pairs.map { pair in
            var (ours, bare) = (0.0, 0.0)
            // In short turns: whatever else the machine has to do meets both.
            for _ in 0..<turns {
                ours += try nanoseconds(pair.calls / turns, pair.ours) / Double(turns)
                bare += try nanoseconds(pair.calls / turns, pair.bare) / Double(turns)
            }
            return (pair.name, ours, bare)
        }
        if round >= 0 { line(figures) }
    }
}

/// Starts a program beside this one and waits for its answer.
func start(_ program: String) throws -> Double {
    let own = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    let process = Process()
    process.executableURL = own.appendingPathComponent(program)
    let answer = Pipe()
    process.standardOutput = answer
    let started = DispatchTime.now().uptimeNanoseconds
    try process.run()
    _ = answer.fileHandleForReading.readDataToEndOfFile()
    let taken = Double(DispatchTime.now().uptimeNanoseconds - started) / 1e6
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw NotRefused() }
    return taken
}

try calls(rounds: Int(CommandLine.arguments[1]) ?? 1)
for _ in 0..<(Int(CommandLine.arguments[2]) ?? 1) {
    line([("cold", try start("cold-ours"), try start("cold-bare"))])
}
