#if canImport(SwiftUI) && os(iOS)
    import AVFoundation
    import PayTaipeiKit
    import Ports
    import Presentation
    import Screens
    import SwiftUI

    @main
    struct PayTaipeiApp: App {
        @State private var home = Home()
        @Environment(\.scenePhase) private var scene

        var body: some Scene {
            WindowGroup {
                AppScreen(app: home.app) { AnyView(CameraView(scanning: $0)) }
                    .onOpenURL { url in if let place = home.links.place(url) { home.app.arrive(place) } }
                    .onChange(of: home.app.saved) { _, saved in Home.places = saved }
            }
            .onChange(of: scene) { _, scene in home.turned(to: scene) }
        }
    }

    /// What lives as long as the process.
    @MainActor
    final class Home {
        let links: Links
        let app: AppModel
        private let drainer: Drainer
        /// Whether the app was closed only because nobody sees it.
        private var rests = false

        /// Where the person was, should the process end.
        static var places: [String] {
            get { UserDefaults.standard.stringArray(forKey: "taipei.pay.places") ?? [] }
            set { UserDefaults.standard.set(newValue, forKey: "taipei.pay.places") }
        }

        init() {
            // Of the build's settings: `project.yml`.
            let host = Bundle.main.object(forInfoDictionaryKey: "PayTaipeiHost") as? String ?? ""
            let group = Bundle.main.object(forInfoDictionaryKey: "PayTaipeiGroup") as? String
            links = Links(host: host)
            app = AppModel(Phone(platform: "https://\(host)", group: group), restored: Home.places)
            drainer = Drainer(app)
            drainer.register()
        }

        /// Behind others the store is closed, which ends its drainer: what waits is paid by a task of the system's. Who goes to
        /// approve a verification finds it as it was.
        func turned(to scene: ScenePhase) {
            switch scene {
            case .background where app.drains:
                rests = true
                let task = UIApplication.shared.beginBackgroundTask()
                Task {
                    await app.rest()
                    drainer.schedule()
                    UIApplication.shared.endBackgroundTask(task)
                }
            case .active where rests:
                rests = false
                app.launch()
            default: break
            }
        }
    }

    /// The camera, for as long as it is shown.
    private struct CameraView: View {
        let scanning: Scanning
        @State private var camera: Camera?

        var body: some View {
            ZStack {
                Color.black
                if let camera { CameraLayer(session: camera.session) }
            }
            .task {
                let looking = scanning.looking
                let camera = Camera { looking.look($0, width: $1, height: $2, stride: $3, rotation: $4) }
                self.camera = camera
                scanning.denied(await !camera.start())
            }
            .onChange(of: scanning.state.torch) { _, isOn in camera?.torch(isOn) }
            .onDisappear { camera?.stop() }
        }
    }

    private struct CameraLayer: UIViewRepresentable {
        let session: AVCaptureSession

        func makeUIView(context: Context) -> Layered { Layered() }

        func updateUIView(_ view: Layered, context: Context) {
            view.preview?.session = session
            view.preview?.videoGravity = .resizeAspectFill
        }

        final class Layered: UIView {
            override class var layerClass: AnyClass { AVCaptureVideoPreviewLayer.self }
            var preview: AVCaptureVideoPreviewLayer? { layer as? AVCaptureVideoPreviewLayer }
        }
    }
#endif
