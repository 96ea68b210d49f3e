#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct VerifyScreen: View {
        let app: AppModel
        let held: Held
        let verifying: Verifying

        private var words: AppWords { app.words }
        private var back: (() -> Void)? { held.number == nil ? nil : { app.back() } }

        var body: some View {
            if let asked = verifying.state.asked {
                Page(title: words.approveTitle, words: words, back: back) {
                    Approve(asked: asked, words: words)
                } bottom: {
                    OtherButton(text: words.verifyAgain) { verifying.again() }
                }
            } else {
                Page(title: words.verifyTitle, words: words, back: back) {
                    Text(words.welcome).font(.title3.bold()).foregroundStyle(Dress.primary)
                    Text(words.verifyBody)
                    if !app.device.online { Notice.care(Sign.offline, words.offlineBanner) }
                    field
                    if let trouble = verifying.state.trouble { Notice.trouble(trouble) }
                    Text(words.privacyNumber).font(.callout).foregroundStyle(Dress.onSurfaceVariant)
                } bottom: {
                    MainButton(
                        text: words.sendVerification, isEnabled: !verifying.state.number.isEmpty,
                        isBusy: verifying.state.busy
                    ) { verifying.start() }
                }
            }
        }

        private var field: some View {
            VStack(alignment: .leading, spacing: 6) {
                Text(words.msisdnLabel).font(.callout).accessibilityHidden(true)
                TextField(
                    words.msisdnHint,
                    text: Binding {
                        verifying.state.number
                    } set: {
                        verifying.type($0)
                    }
                )
                .font(.title2.bold()).keyboardType(.phonePad).textContentType(.telephoneNumber)
                .disabled(verifying.state.busy).textFieldStyle(.roundedBorder)
                .accessibilityLabel(words.msisdnLabel)
            }
        }
    }

    struct Approve: View {
        let asked: Verification
        let words: AppWords

        var body: some View {
            VStack(spacing: 12) {
                Disc(sign: Sign.phone, size: 88)
                Text(asked.msisdn).font(.headline)
            }
            .frame(maxWidth: .infinity)
            Text(words.approveBody)
            Text(asked.bindingMessage).font(.largeTitle.bold()).multilineTextAlignment(.center)
                .padding(20).frame(maxWidth: .infinity)
                .foregroundStyle(Dress.onPrimaryContainer).background(
                    Dress.primaryContainer, in: .rect(cornerRadius: 20))
            Waiting(text: words.approveWaiting)
        }
    }
#endif
