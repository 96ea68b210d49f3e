import Foundation
import PayTaipeiKit

/// Pays what waits within the time that the system gives, and lets go of the store before it is over: an app that holds a lock
/// on a file of its group when it is suspended is ended by the system (Apple, TN2277).
public enum Draining {
    /// Cancelling it closes the core at once: what was sent is asked about when it is opened next. Whether something is left
    /// that a later run may move.
    public static func run(
        atMost patience: Duration = .seconds(120), open: @Sendable () async throws -> PayTaipei,
        released: @escaping @Sendable () async -> Void
    ) async -> Bool {
        guard let core = try? await open() else { return true }
        // Not a part of this task: it ends with the core, and until then it holds the drainer's lock.
        let following = Task { try? await core.payments.follow() }
        let isDone = await withTaskGroup(of: Bool.self) { group in
            group.addTask { await rest(core.payments) }
            group.addTask {
                try? await Task.sleep(for: patience)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        core.close()
        await following.value
        // In a task of its own too: one that was cancelled waits for nothing.
        await Task { await released() }.value
        return !isDone
    }

    /// Waits until only people can move what there is. `false` where it does not come to that.
    private static func rest(_ payments: Payments) async -> Bool {
        do {
            if try await payments.queue().allSatisfy(rests) { return true }
            for try await all in payments.live() where all.allSatisfy(rests) { return true }
        } catch {
            // The number is not verified any more, say: the app tells when it is opened.
        }
        return false
    }

    private static func rests(_ payment: Payment) -> Bool {
        payment.ended || payment.canConsent || payment.state == .awaitingHandOff
    }
}

#if canImport(BackgroundTasks) && os(iOS)
    import BackgroundTasks
    import Presentation

    /// Has the system run ``Draining`` when there is a network, with the app closed.
    @MainActor
    public final class Drainer {
        /// Also in the app's `Info.plist`, under `BGTaskSchedulerPermittedIdentifiers`.
        public static let identifier = "taipei.pay.drain"
        private let device: any Device
        private let lang: @MainActor () -> Lang
        private let isOpen: @MainActor () -> Bool

        /// - Parameter app: drains by itself while it is open.
        public init(_ app: AppModel) {
            device = app.device
            lang = { app.words.lang }
            isOpen = { if case .open = app.state.phase { true } else { false } }
        }

        /// Before the app has finished launching, once.
        public func register() {
            BGTaskScheduler.shared.register(forTaskWithIdentifier: Drainer.identifier, using: .main) { [self] task in
                MainActor.assumeIsolated { run(task) }
            }
        }

        /// Asks for a run. Where one is asked for already, that one is replaced.
        public func schedule() {
            let request = BGProcessingTaskRequest(identifier: Drainer.identifier)
            request.requiresNetworkConnectivity = true
            request.requiresExternalPower = false
            // Refused in the simulator, and where the person switched it off: then it is paid when the app is opened.
            try? BGTaskScheduler.shared.submit(request)
        }

        private func drain() async -> Bool {
            await Draining.run {
                try await self.device.open(self.lang())
            } released: {
                await self.device.released()
            }
        }

        private func run(_ task: BGTask) {
            let work = Task { @MainActor in
                let isLeft = isOpen() ? false : await drain()
                if isLeft { schedule() }
                task.setTaskCompleted(success: !isLeft)
            }
            task.expirationHandler = { work.cancel() }
        }
    }
#endif
