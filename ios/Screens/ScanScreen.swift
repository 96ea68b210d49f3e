#if canImport(SwiftUI) && canImport(UIKit) && canImport(PhotosUI)
    import PhotosUI
    import Presentation
    import SwiftUI

    struct ScanScreen: View {
        let app: AppModel
        let scanning: Scanning
        let viewfinder: Viewfinder
        @State private var chosen: PhotosPickerItem?

        private var words: AppWords { app.words }
        private var state: ScanState { scanning.state }

        var body: some View {
            VStack(spacing: 0) {
                TitleBar(title: words.scanBill, words: words) { app.back() }
                ZStack {
                    if state.denied {
                        Notice(
                            sign: Sign.warning, text: words.cameraDeniedHint, tone: .trouble, title: words.cameraDenied
                        )
                        .padding(20).frame(maxHeight: .infinity, alignment: .top)
                    } else {
                        viewfinder(scanning)
                        Guide().accessibilityHidden(true)
                    }
                }
                .frame(maxWidth: .infinity, maxHeight: .infinity)
                ScrollView {
                    VStack(spacing: 12) { below }.frame(maxWidth: 600).padding(20).frame(maxWidth: .infinity)
                }
                .fixedSize(horizontal: false, vertical: true)
                .background(Dress.surface)
            }
            .background(Dress.background)
            .sensoryFeedback(.success, trigger: state.busy) { _, isBusy in isBusy }
            .task(id: chosen) {
                if let picture = try? await chosen?.loadTransferable(type: Data.self) { scanning.picture(picture) }
            }
        }

        @ViewBuilder private var below: some View {
            if let refused = state.refused {
                Notice.trouble(refused)
                MainButton(text: words.scanAgain, sign: Sign.scan) { scanning.again() }
                gallery
            } else if state.busy {
                HStack(spacing: 16) {
                    ProgressView()
                    Text(words.scanReading).font(.headline)
                }
                .frame(maxWidth: .infinity).accessibilityElement(children: .combine)
            } else {
                Text(advice).font(.headline).multilineTextAlignment(.center).lineLimit(2...6).frame(maxWidth: .infinity)
                    .onChange(of: advice, initial: true) { AccessibilityNotification.Announcement(advice).post() }
                if !state.denied {
                    OtherButton(text: state.torch ? words.torchOff : words.torchOn, sign: Sign.torch) {
                        scanning.torch(!state.torch)
                    }
                }
                gallery
            }
        }

        private var advice: String { state.advice.map { "\($0.message)\n\($0.hint)" } ?? words.scanGuide }

        private var gallery: some View {
            PhotosPicker(selection: $chosen, matching: .images, preferredItemEncoding: .compatible) {
                Label(words.gallery, systemImage: Sign.picture).font(.headline)
                    .frame(maxWidth: .infinity, minHeight: 56)
                    .overlay(RoundedRectangle(cornerRadius: 20).strokeBorder(Dress.outline))
            }
        }
    }

    /// Where the code should be: all around it is darker.
    private struct Guide: View {
        var body: some View {
            GeometryReader { room in
                let side = min(room.size.width, room.size.height) * 0.8
                Rectangle().fill(.black.opacity(0.45))
                    .overlay {
                        RoundedRectangle(cornerRadius: 24).frame(width: side, height: side).blendMode(.destinationOut)
                    }
                    .compositingGroup()
                    .overlay {
                        RoundedRectangle(cornerRadius: 24).strokeBorder(.white, lineWidth: 4).frame(
                            width: side, height: side)
                    }
            }
            .allowsHitTesting(false)
        }
    }
#endif
