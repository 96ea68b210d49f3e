#if canImport(Network)
    import Foundation
    import Network
    import Observation
    import PayTaipeiKit

    /// Whether the phone believes to be connected: for the core, a hint when to try; for screens, which words to say.
    @MainActor
    @Observable
    public final class Reachability {
        public private(set) var online = true
        @ObservationIgnored public nonisolated let connectivity: any Connectivity
        @ObservationIgnored private let monitor = NWPathMonitor()

        public init() {
            let latest = Latest()
            connectivity = latest
            monitor.pathUpdateHandler = { [weak self] path in
                let isConnected = path.status == .satisfied
                latest.set(isConnected)
                Task { @MainActor in self?.online = isConnected }
            }
            monitor.start(queue: DispatchQueue(label: "taipei.pay.path"))
        }

        deinit { monitor.cancel() }
    }

    /// Asked by the core from any thread. Before anything is known, trying is right.
    private final class Latest: Connectivity, @unchecked Sendable {
        private let lock = NSLock()
        private var connected = true

        func set(_ connected: Bool) { lock.withLock { self.connected = connected } }

        func isConnected() -> Bool { lock.withLock { connected } }
    }
#endif
