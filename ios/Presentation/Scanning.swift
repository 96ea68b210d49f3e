import Foundation
import PayTaipeiKit

public struct ScanState: Sendable {
    /// Why nothing is read yet, while the camera looks on.
    public internal(set) var advice: Trouble?
    /// Something was read, or a picture is being read.
    public internal(set) var busy = false
    /// It was read and is no bill to be paid: the camera waits.
    public internal(set) var refused: Trouble?
    public internal(set) var torch = false
    public internal(set) var denied = false
}

/// A bill from the camera, or from a picture of the gallery's.
public final class Scanning: Holder<ScanState> {
    /// Looks at the camera's frames, on the camera's own thread: ``Looking``.
    public let looking: Looking
    private let core: PayTaipei
    private let holdings: Holdings

    init(_ app: AppModel, _ core: PayTaipei, _ holdings: Holdings) {
        self.core = core
        self.holdings = holdings
        looking = Looking()
        super.init(app, ScanState())
        looking.tell = { [weak self] frame in Task { @MainActor in self?.saw(frame) } }
    }

    /// A picture, PNG or JPEG.
    public func picture(_ bytes: Data) { keep { try await $0.add(picture: bytes) } }

    /// The camera looks on.
    public func again() {
        state.busy = false
        state.refused = nil
        state.advice = nil
        looking.again()
    }

    public func torch(_ on: Bool) { state.torch = on }

    /// The camera may not be used, or may be again.
    public func denied(_ denied: Bool) { state.denied = denied }

    private func saw(_ frame: Frame) {
        if state.busy || state.refused != nil { return }
        if frame.isBill {
            keep { try await $0.add(frame) }
        } else {
            state.advice = frame.trouble.map { Trouble($0, app.words) }
        }
    }

    private func keep(_ add: @escaping @Sendable (Bills) async throws -> Bill) {
        looking.rest()
        state.busy = true
        state.refused = nil
        act(refused: refused) { [self] in
            let bill = try await add(core.bills)
            await holdings.reload()
            try lead { $0.replace(.oneBill(id: bill.id)) }
        }
    }

    private func refused(_ trouble: Trouble) {
        state.busy = false
        state.refused = trouble
    }

    override func close() {
        super.close()
        looking.close()
    }
}
