#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    /// What the camera sees, for as long as it is shown: frames go to the scan's state holder by themselves.
    public typealias Viewfinder = (Scanning) -> AnyView

    /// The app. The store is opened after its first frame.
    public struct AppScreen: View {
        let app: AppModel
        let viewfinder: Viewfinder

        public init(app: AppModel, viewfinder: @escaping Viewfinder) {
            self.app = app
            self.viewfinder = viewfinder
        }

        public var body: some View {
            Group {
                switch app.state.phase {
                case .opening: Waiting(text: app.words.lookAround).frame(maxHeight: .infinity)
                case .closed(let trouble): ClosedScreen(app: app, trouble: trouble)
                case .open(_, let holdings): Places(app: app, held: holdings.held, viewfinder: viewfinder)
                }
            }
            .background(Dress.background).tint(Dress.primary).foregroundStyle(Dress.onSurface)
            .environment(\.locale, Locale(identifier: app.words.lang == .en ? "en_TW" : "zh-Hant_TW"))
            .preferredColorScheme(scheme)
            .task { if case .opening = app.state.phase { app.launch() } }
        }

        private var scheme: ColorScheme? {
            switch app.state.theme {
            case .system: nil
            case .light: .light
            case .dark: .dark
            }
        }
    }

    private struct ClosedScreen: View {
        let app: AppModel
        let trouble: Trouble

        var body: some View {
            Page(title: app.words.appName, words: app.words) {
                Notice.trouble(trouble)
            } bottom: {
                MainButton(text: app.words.tryAgain) { app.launch() }
            }
        }
    }

    private struct Places: View {
        let app: AppModel
        let held: Held
        let viewfinder: Viewfinder

        var body: some View {
            switch app.state.place {
            case .home, .progress, .history, .settings:
                VStack(spacing: 0) {
                    tab.frame(maxHeight: .infinity)
                    TabBar(app: app, isMarked: !held.open.isEmpty)
                }
            case .verify:
                if let verifying = app.verifying { VerifyScreen(app: app, held: held, verifying: verifying) }
            case .scan:
                if let scanning = app.scanning { ScanScreen(app: app, scanning: scanning, viewfinder: viewfinder) }
            case .keyIn(let biller):
                if let keyingIn = app.keyingIn(biller) { KeyInScreen(app: app, keyingIn: keyingIn) }
            case .household:
                if let household = app.household { HouseholdScreen(app: app, held: held, household: household) }
            case .oneBill(let id):
                if let considering = app.considering(id) {
                    BillScreen(app: app, held: held, id: id, considering: considering)
                }
            case .otherWays(let bill):
                if let elsewhere = app.elsewhere(bill) {
                    OtherWaysScreen(app: app, held: held, id: bill, elsewhere: elsewhere)
                }
            case .receipt(let payment):
                if let showing = app.showing(payment) {
                    ReceiptScreen(app: app, held: held, id: payment, showing: showing)
                }
            case .choose(let bill):
                if let choosing = app.choosing(bill) {
                    ChooseScreen(app: app, held: held, id: bill, choosing: choosing)
                }
            case .agree(let payment):
                if let agreeing = app.agreeing(payment) {
                    AgreeScreen(app: app, held: held, id: payment, agreeing: agreeing)
                }
            case .onePayment(let id):
                if let following = app.following(id) {
                    PaymentScreen(app: app, held: held, id: id, following: following)
                }
            }
        }

        @ViewBuilder private var tab: some View {
            switch app.state.place {
            case .progress:
                if let refreshing = app.refreshing(.progress) {
                    ProgressScreen(app: app, held: held, refreshing: refreshing)
                }
            case .history:
                if let recalling = app.recalling { HistoryScreen(app: app, held: held, recalling: recalling) }
            case .settings:
                if let exporting = app.exporting { SettingsScreen(app: app, held: held, exporting: exporting) }
            default:
                if let refreshing = app.refreshing(.home) { HomeScreen(app: app, held: held, refreshing: refreshing) }
            }
        }
    }

    private struct TabBar: View {
        let app: AppModel
        let isMarked: Bool
        @Environment(\.dynamicTypeSize) private var size

        var body: some View {
            HStack(alignment: .top, spacing: 0) {
                ForEach(Place.tabs, id: \.self) { place in
                    Button {
                        app.go(place)
                    } label: {
                        label(place).frame(maxWidth: .infinity, minHeight: 56)
                    }
                    .buttonStyle(.plain)
                    .accessibilityLabel(name(place))
                    .accessibilityAddTraits(app.state.place == place ? [.isSelected, .isButton] : .isButton)
                }
            }
            .padding(.top, 6).background(Dress.surface)
        }

        private func label(_ place: Place) -> some View {
            VStack(spacing: 3) {
                Image(systemName: sign(place)).font(.title3)
                    .overlay(alignment: .topTrailing) {
                        if place == .progress, isMarked {
                            Circle().fill(Dress.onCareContainer).frame(width: 9, height: 9).offset(x: 8, y: -3)
                        }
                    }
                if !size.isAccessibilitySize { Text(name(place)).font(.caption.bold()).lineLimit(1) }
            }
            .foregroundStyle(app.state.place == place ? Dress.primary : Dress.onSurfaceVariant)
        }

        private func sign(_ place: Place) -> String {
            switch place {
            case .progress: Sign.clock
            case .history: Sign.history
            case .settings: Sign.settings
            default: Sign.home
            }
        }

        private func name(_ place: Place) -> String {
            switch place {
            case .progress: app.words.inProgress
            case .history: app.words.historyTitle
            case .settings: app.words.settingsTitle
            default: app.words.homeTitle
            }
        }
    }
#endif
