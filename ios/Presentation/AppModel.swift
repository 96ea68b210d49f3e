import Foundation
import Observation
import PayTaipeiKit

/// Where the app as a whole stands.
public enum Phase: Sendable {
    /// The store is being opened: nothing of it can be shown.
    case opening
    case closed(Trouble)
    case open(PayTaipei, Holdings)
}

public struct AppState: Sendable {
    public internal(set) var phase = Phase.opening
    public internal(set) var words: AppWords
    public internal(set) var theme: Theme
    /// From the first to the one that is seen. Never empty.
    public internal(set) var places: [Place]

    public var place: Place { places[places.count - 1] }
}

/// The app, without its pictures. `launch` begins; screens read `state` and ask for a holder. One a process.
@MainActor
@Observable
public final class AppModel {
    public private(set) var state: AppState
    @ObservationIgnored public let device: any Device
    @ObservationIgnored private var holders: [Place: any AnyHolder] = [:]
    @ObservationIgnored private var watching: Task<Void, Never>?

    public var words: AppWords { state.words }

    public init(_ device: any Device, restored: [String] = []) {
        self.device = device
        let phones: Lang = Locale.current.language.languageCode?.identifier == "zh" ? .zhHant : .en
        let places = restored.compactMap(Place.init(saved:))
        state = AppState(
            words: AppWords(lang: device.preferences.lang ?? phones), theme: device.preferences.theme,
            places: places.isEmpty ? [.home] : places)
    }

    /// Opens the store, or tries again where that failed.
    public func launch() {
        watching?.cancel()
        state.phase = .opening
        watching = Task {
            do {
                let core = try await device.open(words.lang)
                let holdings = Holdings(core)
                await holdings.reload()
                guard !Task.isCancelled else { return core.close() }
                state.phase = .open(core, holdings)
                if holdings.held.number == nil, holdings.held.trouble == nil { start(.verify) }
                await holdings.watch()
            } catch let refused as PayTaipeiError {
                if !Task.isCancelled { state.phase = .closed(Trouble(refused.refusal, words)) }
            } catch {
                // Closed while it was opened.
            }
        }
    }

    /// Closes the store. What is agreed to goes on when it is opened next.
    public func close() {
        watching?.cancel()
        for holder in holders.values { holder.close() }
        holders = [:]
        if case .open(let core, _) = state.phase { core.close() }
        state.phase = .opening
    }

    /// Whether the store is open and its drainer at work.
    public var drains: Bool { number != nil }

    /// Closes the store, and returns once its drainer has let go of its lock: nobody sees the app, and the system may suspend
    /// it. `launch` opens it again.
    public func rest() async {
        guard case .open(_, let holdings) = state.phase, drains else { return }
        // Not cancelled: it ends with the core.
        let ending = watching
        watching = nil
        close()
        holdings.wake()
        await ending?.value
        await device.released()
    }

    public func go(_ place: Place) {
        if place == state.place { return }
        move(Place.tabs.contains(place) ? [.home, place] : state.places.filter { $0 != place } + [place])
    }

    /// Goes there, so that `back` does not lead to where the person is now.
    public func replace(_ place: Place) { move(state.places.dropLast().filter { $0 != place } + [place]) }

    /// Goes there, with nothing but home behind it.
    public func start(_ place: Place) { move([.home, place]) }

    /// Follows a link from outside. A payment that is not on this phone is none to show.
    public func arrive(_ place: Place) {
        guard case .open(_, let holdings) = state.phase, holdings.held.number != nil else { return }
        if case .onePayment(let id) = place, holdings.held.payment(id) == nil { return go(.progress) }
        go(place)
    }

    /// Whether there was somewhere to go back to.
    @discardableResult
    public func back() -> Bool {
        if state.places.count == 1 || (state.place == .verify && number == nil) { return false }
        move(state.places.dropLast())
        return true
    }

    /// What the app is made with, to be where the person was.
    public var saved: [String] { state.places.map(\.saved) }

    public func speak(_ lang: Lang) {
        if lang == words.lang { return }
        device.preferences.lang = lang
        close()
        state.words = AppWords(lang: lang)
        launch()
    }

    public func dress(_ theme: Theme) {
        device.preferences.theme = theme
        state.theme = theme
    }

    /// The person lives in this county, which is one of those that the core names.
    public func live(_ county: String) {
        guard case .open(let core, let holdings) = state.phase else { return }
        Task {
            // Where the store is full or locked, the old county stays, and is seen to.
            try? await core.billers.choose(county: county)
            await holdings.reload()
        }
    }

    /// The state holder of a place, the same until the person has left it for good; `nil` while the store is closed.
    func holder<State, H: Holder<State>>(_ place: Place, _ make: (PayTaipei, Holdings) -> H) -> H? {
        guard case .open(let core, let holdings) = state.phase else { return nil }
        if let holder = holders[place] as? H { return holder }
        let holder = make(core, holdings)
        holders[place] = holder
        return holder
    }

    private var number: String? {
        guard case .open(_, let holdings) = state.phase else { return nil }
        return holdings.held.number
    }

    private func move(_ places: [Place]) {
        var seen = Set<Place>()
        state.places = places.filter { seen.insert($0).inserted }
        for place in holders.keys where !seen.contains(place) { holders.removeValue(forKey: place)?.close() }
    }
}
