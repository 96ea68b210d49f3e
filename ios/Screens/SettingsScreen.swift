#if canImport(SwiftUI) && canImport(UIKit)
    import PayTaipeiKit
    import Presentation
    import SwiftUI

    struct SettingsScreen: View {
        let app: AppModel
        let held: Held
        let exporting: Exporting

        var body: some View {
            let words = app.words
            Page(title: words.settingsTitle, words: words) {
                SectionTitle(text: words.aboutYou)
                Tile {
                    Text(held.number ?? "").font(.title3.bold())
                    OtherButton(text: words.verifyAgain) { app.go(.verify) }
                }
                SectionTitle(text: words.language)
                Tile {
                    Choices(
                        choices: [(Lang.zhHant, "中文（台灣）"), (.en, "English")], chosen: words.lang
                    ) { app.speak($0) }
                }
                SectionTitle(text: words.theme)
                Tile {
                    Choices(
                        choices: [
                            (Theme.system, words.themeSystem), (.light, words.themeLight), (.dark, words.themeDark),
                        ], chosen: app.state.theme
                    ) { app.dress($0) }
                }
                SectionTitle(text: words.export)
                Tile {
                    Text(words.exportHint).font(.callout).foregroundStyle(Dress.onSurfaceVariant)
                    OtherButton(text: words.exportPayments) { exporting.payments() }
                    OtherButton(text: words.exportBills) { exporting.bills() }
                    if let trouble = exporting.state.trouble { Notice.trouble(trouble) }
                }
            }
        }
    }
#endif
