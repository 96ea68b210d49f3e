#if canImport(SwiftUI) && canImport(UIKit)
    import SwiftUI
    import UIKit

    /// Sea and sorghum: the strait's blue, and for what needs care the colour of Kinmen's ripe fields.
    enum Dress {
        static let primary = colour(0x00607A, 0x7FD3EE)
        static let onPrimary = colour(0xFFFFFF, 0x003544)
        static let primaryContainer = colour(0xC5EAF7, 0x06495C)
        static let onPrimaryContainer = colour(0x001F29, 0xD3F1FB)
        static let secondaryContainer = colour(0xDCEBF1, 0x2A3E47)
        static let onSecondaryContainer = colour(0x12262E, 0xD8E8EE)
        static let careContainer = colour(0xFFE3C4, 0x5A3608)
        static let onCareContainer = colour(0x4A2800, 0xFFE3C4)
        static let error = colour(0xB3261E, 0xFFB4AB)
        static let errorContainer = colour(0xFBE0DD, 0x6B1D18)
        static let onErrorContainer = colour(0x5C0F0A, 0xFFE2DE)
        static let background = colour(0xF4F8FA, 0x0D1518)
        static let surface = colour(0xFFFFFF, 0x172226)
        static let surfaceVariant = colour(0xE3EBEF, 0x26343A)
        static let onSurface = colour(0x131C20, 0xE3EBEE)
        static let onSurfaceVariant = colour(0x45545B, 0xBCCAD0)
        static let outline = colour(0xC9D5DA, 0x3A4A50)

        private static func colour(_ light: UInt32, _ dark: UInt32) -> Color {
            Color(
                UIColor { traits in
                    let value = traits.userInterfaceStyle == .dark ? dark : light
                    return UIColor(
                        red: CGFloat(value >> 16 & 0xFF) / 255, green: CGFloat(value >> 8 & 0xFF) / 255,
                        blue: CGFloat(value & 0xFF) / 255, alpha: 1)
                })
        }
    }

    /// A ground and what stands on it.
    struct Tone {
        let ground: Color
        let ink: Color

        static let plain = Tone(ground: Dress.surface, ink: Dress.onSurface)
        static let quiet = Tone(ground: Dress.surfaceVariant, ink: Dress.onSurfaceVariant)
        static let sea = Tone(ground: Dress.primaryContainer, ink: Dress.onPrimaryContainer)
        static let info = Tone(ground: Dress.secondaryContainer, ink: Dress.onSecondaryContainer)
        static let care = Tone(ground: Dress.careContainer, ink: Dress.onCareContainer)
        static let trouble = Tone(ground: Dress.errorContainer, ink: Dress.onErrorContainer)
    }

    /// Signs, all of the system's own.
    enum Sign {
        static let scan = "qrcode.viewfinder"
        static let clock = "clock"
        static let history = "list.bullet.rectangle"
        static let settings = "gearshape"
        static let home = "house"
        static let done = "checkmark.circle.fill"
        static let warning = "exclamationmark.triangle.fill"
        static let info = "info.circle.fill"
        static let offline = "wifi.slash"
        static let picture = "photo"
        static let torch = "flashlight.on.fill"
        static let lock = "lock.fill"
        static let phone = "iphone"
        static let hand = "arrow.up.forward.app"
        static let place = "mappin.and.ellipse"
        static let search = "magnifyingglass"
        static let closed = "xmark.circle"
        static let onward = "chevron.forward"

        static let household = "house.and.flag"
        static let county = "map"
        static let edit = "pencil"
        static let paper = "doc.text"

        /// By the name that the catalogue gives a biller's picture.
        static func of(icon: String?) -> String {
            switch icon {
            case "drop": "drop.fill"
            case "parking": "parkingsign"
            case "plate": "car"
            case "hospital": "cross.case"
            case "school": "graduationcap"
            case "fine": "exclamationmark.triangle"
            case "people": "person.2"
            case "map": "map"
            case "briefcase": "briefcase"
            default: paper
            }
        }
    }
#endif
