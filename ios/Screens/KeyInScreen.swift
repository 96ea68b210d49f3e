#if canImport(SwiftUI) && canImport(UIKit)
    import Presentation
    import SwiftUI

    struct KeyInScreen: View {
        let app: AppModel
        let keyingIn: KeyingIn

        private var words: AppWords { app.words }

        var body: some View {
            let state = keyingIn.state
            Page(title: words.keyIn, words: words, back: { app.back() }) {
                if let biller = state.biller {
                    Text(biller.inWords(words)).font(.title3.bold())
                    Notice.info(biller.hint.asSentence, words.keyInWhere)
                }
                if !app.device.online { Notice.care(Sign.offline, words.offlineBanner) }
                VStack(alignment: .leading, spacing: 6) {
                    Text(words.keyInNumber).font(.callout).accessibilityHidden(true)
                    TextField(
                        "",
                        text: Binding {
                            keyingIn.state.number
                        } set: {
                            keyingIn.type($0)
                        }
                    )
                    .font(.title2.bold()).textInputAutocapitalization(.characters).autocorrectionDisabled()
                    .submitLabel(.search).onSubmit { keyingIn.ask() }
                    .disabled(state.busy).textFieldStyle(.roundedBorder)
                    .accessibilityLabel(words.keyInNumber)
                }
                if let trouble = state.trouble { Notice.trouble(trouble) }
            } bottom: {
                MainButton(
                    text: words.keyInAsk, isEnabled: !state.number.allSatisfy(\.isWhitespace), isBusy: state.busy
                ) { keyingIn.ask() }
            }
        }
    }
#endif
