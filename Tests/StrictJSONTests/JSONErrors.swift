import StrictJSON

/// The error of JSON that is refused, nil when it is accepted.
func jsonError(
  _ bytes: [UInt8], mode: JSONScanner.Mode = .inbound, maximumDepth: Int = 128
) -> JSONError? {
  bytes.withUnsafeBytes { bytes in
    do throws(JSONError) {
      try JSONScanner.validate(bytes, mode: mode, maximumDepth: maximumDepth)
      return nil
    } catch {
      return error
    }
  }
}

func jsonError(_ text: String, mode: JSONScanner.Mode = .inbound, maximumDepth: Int = 128) -> JSONError? {
  jsonError(Array(text.utf8), mode: mode, maximumDepth: maximumDepth)
}
