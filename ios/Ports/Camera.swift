#if canImport(AVFoundation) && os(iOS)
    import AVFoundation
    import PayTaipeiKit
    import Presentation

    /// The camera's frames as brightness, one after the other: while one is looked at, the camera drops what is older than the
    /// newest.
    public final class Camera: NSObject, AVCaptureVideoDataOutputSampleBufferDelegate, @unchecked Sendable {
        /// Whom to show frames to; answers whether more are wanted.
        public typealias Look = @Sendable (UnsafeRawBufferPointer, _ width: Int, _ height: Int, _ stride: Int, Rotation)
            -> Void

        public let session = AVCaptureSession()
        // Everything of the session is done on its queue, frames come on the other.
        private let control = DispatchQueue(label: "taipei.pay.camera")
        private let frames = DispatchQueue(label: "taipei.pay.frames", qos: .userInitiated)
        private let look: Look
        private var device: AVCaptureDevice?

        public init(look: @escaping Look) {
            self.look = look
        }

        /// Asks for the camera where the person has not said yet. Whether it may be used.
        public func start() async -> Bool {
            guard await AVCaptureDevice.requestAccess(for: .video) else { return false }
            return await withCheckedContinuation { continuation in
                control.async { [self] in
                    let isReady = device != nil || configure()
                    if isReady, !session.isRunning { session.startRunning() }
                    continuation.resume(returning: isReady)
                }
            }
        }

        public func stop() {
            control.async { [self] in if session.isRunning { session.stopRunning() } }
        }

        public func torch(_ on: Bool) {
            control.async { [self] in
                guard let device, device.hasTorch, (try? device.lockForConfiguration()) != nil else { return }
                device.torchMode = on ? .on : .off
                device.unlockForConfiguration()
            }
        }

        private func configure() -> Bool {
            session.beginConfiguration()
            defer { session.commitConfiguration() }
            guard let camera = AVCaptureDevice.default(.builtInWideAngleCamera, for: .video, position: .back),
                let input = try? AVCaptureDeviceInput(device: camera), session.canAddInput(input)
            else { return false }
            session.addInput(input)
            if session.canSetSessionPreset(.hd1920x1080) { session.sessionPreset = .hd1920x1080 }
            let output = AVCaptureVideoDataOutput()
            output.alwaysDiscardsLateVideoFrames = true
            // Two planes, the first of which is the brightness that the scanner reads where it is.
            output.videoSettings = [
                kCVPixelBufferPixelFormatTypeKey as String: kCVPixelFormatType_420YpCbCr8BiPlanarFullRange
            ]
            output.setSampleBufferDelegate(self, queue: frames)
            guard session.canAddOutput(output) else { return false }
            session.addOutput(output)
            if (try? camera.lockForConfiguration()) != nil {
                if camera.isFocusModeSupported(.continuousAutoFocus) { camera.focusMode = .continuousAutoFocus }
                // A bill is held near.
                if camera.isAutoFocusRangeRestrictionSupported { camera.autoFocusRangeRestriction = .near }
                camera.unlockForConfiguration()
            }
            device = camera
            return true
        }

        public func captureOutput(
            _ output: AVCaptureOutput, didOutput sample: CMSampleBuffer, from connection: AVCaptureConnection
        ) {
            guard let pixels = CMSampleBufferGetImageBuffer(sample),
                CVPixelBufferLockBaseAddress(pixels, .readOnly) == kCVReturnSuccess
            else { return }
            defer { CVPixelBufferUnlockBaseAddress(pixels, .readOnly) }
            guard let start = CVPixelBufferGetBaseAddressOfPlane(pixels, 0) else { return }
            let stride = CVPixelBufferGetBytesPerRowOfPlane(pixels, 0)
            let height = CVPixelBufferGetHeightOfPlane(pixels, 0)
            let luma = UnsafeRawBufferPointer(start: start, count: stride * height)
            // The sensor lies on its side in a phone that is held upright, and the app is upright only.
            look(luma, CVPixelBufferGetWidthOfPlane(pixels, 0), height, stride, .r90)
        }
    }
#endif
