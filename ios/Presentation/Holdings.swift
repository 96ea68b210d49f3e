import Observation
import PayTaipeiKit

/// What the phone holds, as the core last told it.
public struct Held: Sendable {
    public internal(set) var loaded = false
    /// The verified number, all but its last digits hidden.
    public internal(set) var number: String?
    /// Of the newest catalogue, those of the person's county first.
    public internal(set) var billers: [Biller] = []
    /// Those in which somebody's bills can be paid.
    public internal(set) var counties: [County] = []
    public internal(set) var county: String?
    /// The household's.
    public internal(set) var numbers: [KnownNumber] = []
    public internal(set) var bills: [Bill] = []
    public internal(set) var open: [Payment] = []
    /// The latest first.
    public internal(set) var ended: [Payment] = []
    /// By month, from the first to the last in which something was paid.
    public internal(set) var months: [PayTaipeiKit.Month] = []
    /// Why this is not the newest.
    public internal(set) var trouble: Refusal?

    public func biller(_ id: String) -> Biller? { billers.first { $0.id == id } }

    public func bill(_ id: String) -> Bill? { bills.first { $0.id == id } }

    public func payment(_ id: String) -> Payment? { (open + ended).first { $0.id == id } }

    /// What is to be paid and not under way, the earliest due first.
    public var due: [Bill] { bills.filter { $0.payment == nil && [.payable, .unchecked].contains($0.status) } }
}

/// Keeps `held` fresh for as long as `watch` runs.
@MainActor
@Observable
public final class Holdings {
    public private(set) var held = Held()
    @ObservationIgnored private let core: PayTaipei
    @ObservationIgnored private let bell = Bell()
    @ObservationIgnored private var reading: Task<Void, Never>?

    init(_ core: PayTaipei) {
        self.core = core
    }

    /// Reads everything again, though whoever asks for it leaves meanwhile: what they did is seen where they went. One
    /// after the other, so that what is shown last was read last.
    func reload() async {
        let former = reading
        let task = Task {
            await former?.value
            await read()
        }
        reading = task
        await task.value
    }

    private func read() async {
        do {
            var fresh = Held(loaded: true)
            fresh.number = try await core.identity.verifiedNumber()
            if fresh.number != nil {
                fresh.billers = try await core.billers.all()
                let served = Set(fresh.billers.filter(\.served).map(\.county))
                fresh.counties = try core.billers.counties().filter { served.contains($0.id) }
                fresh.county = try await core.billers.county()
                fresh.numbers = try await core.billers.numbers()
                fresh.months = try await core.spending()
                fresh.bills = try await core.bills.all()
                fresh.open = try await core.payments.queue()
                fresh.ended = try await core.payments.history().sorted { $0.updatedAt > $1.updatedAt }
            }
            held = fresh
        } catch let refused as PayTaipeiError {
            held.loaded = true
            held.trouble = refused.refusal
        } catch {
            // The core was closed.
        }
    }

    /// The number was verified, or somebody wants to know whether it works again.
    func wake() { bell.ring() }

    /// Has the core pay what waits, and reads again whatever changes. Cancelling it stops no payment.
    func watch() async {
        while !Task.isCancelled {
            await reload()
            guard held.number != nil else {
                await bell.heard()
                continue
            }
            do {
                try await follow()
                return
            } catch let refused as PayTaipeiError {
                held.trouble = refused.refusal
                await bell.heard(within: .seconds(10))
            } catch {
                return
            }
        }
    }

    private func follow() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [core] in try await core.payments.follow() }
            group.addTask { [self, core] in
                // What changes while it is read adds up.
                for try await _ in core.payments.changes() { await reload() }
            }
            while try await group.next() != nil {}
        }
    }
}

/// Something to be heard once, by one who waits or comes later.
@MainActor
final class Bell {
    private var rung = false
    private var waiting: CheckedContinuation<Void, Never>?

    func ring() {
        guard let waiting else {
            rung = true
            return
        }
        self.waiting = nil
        waiting.resume()
    }

    func heard() async {
        guard !rung else {
            rung = false
            return
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiting = $0 }
        } onCancel: {
            Task { @MainActor in ring() }
        }
    }

    func heard(within patience: Duration) async {
        let alarm = Task {
            try await Task.sleep(for: patience)
            ring()
        }
        await heard()
        alarm.cancel()
    }
}
