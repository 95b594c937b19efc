import StrictJSON

extension Envelope {
  /// Appends the envelope with a hop's changes: the fifteen fields in the specification's order, then the
  /// fields that it does not have.
  /// - Parameter bytes: the bytes the envelope was made from.
  /// - Returns: where its parts stand in the output.
  @discardableResult
  package func write(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) -> EnvelopeParts {
    let start = output.count
    if output.isEmpty { output.reserveCapacity(Self.expectedBytes(of: rewrite, beside: bytes.count)) }
    writeIdentity(rewrite, of: bytes, into: &output)
    let identity = start + 1..<output.count
    writeRouting(rewrite, into: &output)
    output.append(",\"payload\":")
    writePayload(rewrite, of: bytes, into: &output)
    let way = output.count + 1
    output.append(",\"update_ts\":")
    output.append(json: rewrite.updateTimestamp)
    output.append(",\"result_list\":")
    writeResultList(rewrite, of: bytes, into: &output)
    output.append(",\"trace\":")
    writeTrace(rewrite, of: bytes, into: &output)
    writeFigures(rewrite, of: bytes, into: &output)
    let parts = EnvelopeParts(identity: identity, way: way..<output.count)
    for member in additionalMembers {
      output.append(ASCII.comma)
      output.append(bytes: member.key.quoted.bytes(in: bytes))
      output.append(ASCII.colon)
      output.append(bytes: member.value.bytes(in: bytes))
    }
    output.append(ASCII.closeBrace)
    return parts
  }

  // One allocation in the common case: routing, a trace entry and figures take a few hundred bytes.
  private static func expectedBytes(of rewrite: EnvelopeRewrite, beside inbound: Int) -> Int {
    let hop = 512
    switch rewrite.payload {
    case .keep: return inbound + hop
    case .merge(let reply), .replace(let reply): return inbound + reply.bytes.count + hop
    }
  }

  private func writeIdentity(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    output.append("{\"conversation_id\":")
    if let conversationID = rewrite.newMessage?.conversationID {
      output.append(json: conversationID)
    } else {
      output.append(bytes: span(.conversationID).bytes(in: bytes))
    }
    output.append(",\"message_id\":")
    if let messageID = rewrite.newMessage?.messageID {
      output.append(json: messageID)
    } else {
      output.append(bytes: span(.messageID).bytes(in: bytes))
    }
  }

  private func writeRouting(_ rewrite: EnvelopeRewrite, into output: inout [UInt8]) {
    output.append(",\"target_role\":")
    output.append(json: rewrite.targetRole)
    output.append(",\"target_agent_id\":")
    output.append(json: rewrite.targetAgentID)
    output.append(",\"target_list\":")
    output.append(json: rewrite.targetList)
    output.append(",\"sender_role\":")
    output.append(json: rewrite.senderRole)
    output.append(",\"sender_agent_id\":")
    output.append(json: rewrite.senderAgentID)
    output.append(",\"kind\":")
    output.append(json: rewrite.kind)
  }

  private func writePayload(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    let inbound = span(.payload)
    if case .keep = rewrite.payload, case .keep = rewrite.hostMember, rewrite.errors.isEmpty,
      !inbound.isAbsent
    {
      return output.append(bytes: inbound.bytes(in: bytes))
    }
    var writer = PayloadWriter(
      inbound: bytes, members: payloadMembers, hostMember: rewrite.hostMember, errors: rewrite.errors)
    writer.write(rewrite.payload, into: &output)
  }

  private func writeResultList(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    if let resultList = rewrite.newMessage?.resultList {
      output.append(json: resultList)
    } else if span(.resultList).isAbsent {
      output.append(json: resultList(in: bytes))
    } else {
      output.append(bytes: span(.resultList).bytes(in: bytes))
    }
  }

  private func writeTrace(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    var needsComma = false
    if span(.trace).isAbsent || rewrite.newMessage?.keepsTrace == false {
      output.append(ASCII.openBracket)
    } else {
      needsComma = output.append(openArray: span(.trace).bytes(in: bytes))
    }
    if let entry = rewrite.trace {
      if needsComma { output.append(ASCII.comma) }
      entry.write(into: &output)
    }
    output.append(ASCII.closeBracket)
  }

  private func writeFigures(
    _ rewrite: EnvelopeRewrite, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    output.append(",\"process_count\":")
    output.append(json: rewrite.processCount)
    output.append(",\"total_processing_time\":")
    output.append(json: rewrite.totalProcessingTime)
    output.append(",\"create_ts\":")
    if let createTimestamp = rewrite.newMessage?.createTimestamp {
      output.append(json: createTimestamp)
    } else if span(.createTimestamp).isAbsent {
      output.append(json: createTimestamp)
    } else {
      output.append(bytes: span(.createTimestamp).bytes(in: bytes))
    }
  }
}

extension Envelope {
  /// Appends the envelope as it is, but for the host's own member of the payload.
  /// - Parameter bytes: the bytes the envelope was made from.
  package func write(
    _ member: HostMember, of bytes: UnsafeRawBufferPointer, into output: inout [UInt8]
  ) {
    let payload = span(.payload)
    let start = Int(payload.start)
    output.append(bytes: UnsafeRawBufferPointer(rebasing: bytes[..<start]))
    var writer = PayloadWriter(inbound: bytes, members: payloadMembers, hostMember: member.edit, errors: [])
    writer.write(.keep, into: &output)
    output.append(
      bytes: UnsafeRawBufferPointer(rebasing: bytes[(start + payload.bytes(in: bytes).count)...]))
  }
}
