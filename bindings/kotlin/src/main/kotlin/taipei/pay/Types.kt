package taipei.pay

import taipei.pay.ffi.PayTaipeiException

// The values of the core, under the name of the package that apps import. Exceptions are caught by their kinds, which an
// alias does not reach: `taipei.pay.ffi.PayTaipeiException` and `VaultException`.
typealias Bill = taipei.pay.ffi.Bill
typealias BillDrop = taipei.pay.ffi.BillDrop
typealias BillStatus = taipei.pay.ffi.BillStatus
typealias Biller = taipei.pay.ffi.Biller
typealias Config = taipei.pay.ffi.Config
typealias Connectivity = taipei.pay.ffi.Connectivity
typealias Cellular = taipei.pay.ffi.Cellular
typealias Export = taipei.pay.ffi.Export
typealias Frame = taipei.pay.ffi.Frame
typealias KeyPurpose = taipei.pay.ffi.KeyPurpose
typealias KeyVault = taipei.pay.ffi.KeyVault
typealias Lang = taipei.pay.ffi.Lang
typealias Payment = taipei.pay.ffi.Payment
typealias PaymentState = taipei.pay.ffi.PaymentState
typealias Provider = taipei.pay.ffi.Provider
typealias Refusal = taipei.pay.ffi.Refusal
typealias Rotation = taipei.pay.ffi.Rotation
typealias Symbol = taipei.pay.ffi.Symbol
typealias Synced = taipei.pay.ffi.Synced
typealias TakenDrop = taipei.pay.ffi.TakenDrop
typealias Agreement = taipei.pay.ffi.Agreement
typealias AgreementState = taipei.pay.ffi.AgreementState
typealias BillPage = taipei.pay.ffi.BillPage
typealias BillQuery = taipei.pay.ffi.BillQuery
typealias Barcodes = taipei.pay.ffi.Barcodes
typealias Deal = taipei.pay.ffi.Deal
typealias Funding = taipei.pay.ffi.Funding
typealias Given = taipei.pay.ffi.Given
typealias Month = taipei.pay.ffi.Month
typealias OtherWay = taipei.pay.ffi.OtherWay
typealias Picture = taipei.pay.ffi.Picture
typealias ProviderOffer = taipei.pay.ffi.ProviderOffer
typealias Receipt = taipei.pay.ffi.Receipt
typealias Reminder = taipei.pay.ffi.Reminder
typealias Spent = taipei.pay.ffi.Spent
typealias Verification = taipei.pay.ffi.Verification
typealias VerificationMethod = taipei.pay.ffi.VerificationMethod
typealias VerificationStep = taipei.pay.ffi.VerificationStep
typealias MobileData = taipei.pay.ffi.MobileData
typealias Choice = taipei.pay.ffi.Choice
typealias County = taipei.pay.ffi.County
typealias FailedNumber = taipei.pay.ffi.FailedNumber
typealias Field = taipei.pay.ffi.Field
typealias Household = taipei.pay.ffi.Household
typealias Keyed = taipei.pay.ffi.Keyed
typealias KnownNumber = taipei.pay.ffi.KnownNumber
typealias Typing = taipei.pay.ffi.Typing
typealias Way = taipei.pay.ffi.Way

/** What was refused and what to do about it, whatever the kind. */
val PayTaipeiException.refusal: Refusal
    get() = when (this) {
        is PayTaipeiException.Input -> refusal
        is PayTaipeiException.Number -> refusal
        is PayTaipeiException.Connection -> refusal
        is PayTaipeiException.Platform -> refusal
        is PayTaipeiException.Rule -> refusal
        is PayTaipeiException.Storage -> refusal
        is PayTaipeiException.Internal -> refusal
    }

/** For machines, such as `number_not_verified`. */
val PayTaipeiException.code: String get() = refusal.code
