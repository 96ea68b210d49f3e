import Foundation
import PayTaipeiFFI

// The values of the core, so that apps import this module alone.
public typealias Bill = PayTaipeiFFI.Bill
public typealias BillDrop = PayTaipeiFFI.BillDrop
public typealias BillStatus = PayTaipeiFFI.BillStatus
public typealias Biller = PayTaipeiFFI.Biller
public typealias Config = PayTaipeiFFI.Config
public typealias Connectivity = PayTaipeiFFI.Connectivity
public typealias Cellular = PayTaipeiFFI.Cellular
public typealias CellularError = PayTaipeiFFI.CellularError
public typealias Export = PayTaipeiFFI.Export
public typealias ForeignError = PayTaipeiFFI.ForeignError
public typealias Frame = PayTaipeiFFI.Frame
public typealias KeyPurpose = PayTaipeiFFI.KeyPurpose
public typealias KeyVault = PayTaipeiFFI.KeyVault
public typealias Lang = PayTaipeiFFI.Lang
public typealias PayTaipeiError = PayTaipeiFFI.PayTaipeiError
public typealias Payment = PayTaipeiFFI.Payment
public typealias PaymentState = PayTaipeiFFI.PaymentState
public typealias Point = PayTaipeiFFI.Point
public typealias Provider = PayTaipeiFFI.Provider
public typealias Refusal = PayTaipeiFFI.Refusal
public typealias Rotation = PayTaipeiFFI.Rotation
public typealias Symbol = PayTaipeiFFI.Symbol
public typealias SymbolFormat = PayTaipeiFFI.SymbolFormat
public typealias Synced = PayTaipeiFFI.Synced
public typealias TakenDrop = PayTaipeiFFI.TakenDrop
public typealias VaultError = PayTaipeiFFI.VaultError
public typealias Agreement = PayTaipeiFFI.Agreement
public typealias AgreementState = PayTaipeiFFI.AgreementState
public typealias BillPage = PayTaipeiFFI.BillPage
public typealias BillQuery = PayTaipeiFFI.BillQuery
public typealias Barcodes = PayTaipeiFFI.Barcodes
public typealias Deal = PayTaipeiFFI.Deal
public typealias Funding = PayTaipeiFFI.Funding
public typealias Given = PayTaipeiFFI.Given
public typealias Month = PayTaipeiFFI.Month
public typealias OtherWay = PayTaipeiFFI.OtherWay
public typealias Picture = PayTaipeiFFI.Picture
public typealias ProviderOffer = PayTaipeiFFI.ProviderOffer
public typealias Receipt = PayTaipeiFFI.Receipt
public typealias Reminder = PayTaipeiFFI.Reminder
public typealias Spent = PayTaipeiFFI.Spent
public typealias Verification = PayTaipeiFFI.Verification
public typealias VerificationMethod = PayTaipeiFFI.VerificationMethod
public typealias VerificationStep = PayTaipeiFFI.VerificationStep
public typealias MobileData = PayTaipeiFFI.MobileData
public typealias Choice = PayTaipeiFFI.Choice
public typealias County = PayTaipeiFFI.County
public typealias FailedNumber = PayTaipeiFFI.FailedNumber
public typealias Field = PayTaipeiFFI.Field
public typealias Household = PayTaipeiFFI.Household
public typealias Keyed = PayTaipeiFFI.Keyed
public typealias KnownNumber = PayTaipeiFFI.KnownNumber
public typealias Typing = PayTaipeiFFI.Typing
public typealias Way = PayTaipeiFFI.Way
public typealias Words = PayTaipeiFFI.Words

extension PayTaipeiFFI.PayTaipeiError {
    /// What was refused and what to do about it, whatever the kind.
    public var refusal: Refusal {
        switch self {
        case .Input(let refusal), .Number(let refusal), .Connection(let refusal), .Platform(let refusal),
            .Rule(let refusal), .Storage(let refusal), .Internal(let refusal):
            refusal
        }
    }

    /// For machines, such as `number_not_verified`.
    public var code: String { refusal.code }
}

/// Leaves a bill for the app, sealed, without opening its store: for extensions, which the system ends if they hold it.
public func leaveDrop(dataFolder: String, bill: BillDrop, vault: any KeyVault) throws {
    try PayTaipeiFFI.leaveDrop(dataFolder: dataFolder, bill: bill, vault: vault)
}

/// Whom bills can be paid to, and who is known and not served.
public func billers(lang: Lang) -> [Biller] { PayTaipeiFFI.billers(lang: lang) }

/// The payment businesses.
public func providers(lang: Lang) -> [Provider] { PayTaipeiFFI.providers(lang: lang) }

/// Every refusal of this release.
public func refusals() -> [Refusal] { PayTaipeiFFI.refusals() }

/// Judges a receipt, as a file's text or a picture of its QR code, by a set of keys (a JWK set). Needs nothing to be open.
public func verifyReceipt(_ content: Data, keys: Data, lang: Lang) throws -> Receipt {
    try PayTaipeiFFI.verifyReceipt(content: content, keys: keys, lang: lang)
}

/// `NT$1,280`, for a screen.
public func moneyText(_ dollars: Int64) -> String { PayTaipeiFFI.moneyText(dollars: dollars) }
