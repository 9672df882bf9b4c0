using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Llamax.Runs;

namespace Llamax.Training.Watching;

/// <summary>
/// Scalars as TensorBoard reads them, in <c>tensorboard/</c>: a record file of TensorFlow (length, checksum, bytes, checksum) whose records
/// are Event messages. Every start of a run begins a file and says from which step on it counts, so that TensorBoard forgets the steps that
/// a resumed run takes again.
/// </summary>
internal sealed class EventFile : IDisposable
{
    public const string FolderName = "tensorboard";

    private const int SessionStart = 1;
    private static readonly TimeSpan FlushInterval = TimeSpan.FromSeconds(5);

    private readonly FileStream _stream;
    private readonly TimeProvider _clock;
    private long _flushed;

    /// <param name="folder">The training folder.</param>
    /// <param name="firstStep">Steps taken before; later ones in older files do not count.</param>
    /// <param name="clock">Every event has its time.</param>
    /// <exception cref="RequestException">The file cannot be written.</exception>
    public EventFile(string folder, int firstStep, TimeProvider clock)
    {
        _clock = clock;
        _flushed = clock.GetTimestamp();
        var now = clock.GetUtcNow();
        var name = string.Create(CultureInfo.InvariantCulture, $"events.out.tfevents.{now.ToUnixTimeMilliseconds():D13}.llamax");
        var path = Path.Combine(folder, FolderName, name);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            _stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RequestException(
                $"the TensorBoard file cannot be made: {failure.Message}", path, "free the disk, or get the right to write there", failure);
        }

        Record(Event(firstStep, message => message.Bytes(3, "brain.Event:2"u8)));
        Record(Event(firstStep, message => message.Message(7, session => session.Varint(1, SessionStart))));
    }

    /// <summary>Adds a value to a curve.</summary>
    /// <param name="name">What stands before the last slash groups curves.</param>
    /// <param name="value">The value.</param>
    /// <param name="step">Optimiser steps taken.</param>
    public void Scalar(string name, double value, long step) => Record(Event(step, message => message.Message(5, summary =>
        summary.Message(1, entry =>
        {
            entry.Bytes(1, Encoding.UTF8.GetBytes(name));
            entry.Single(2, (float)value);
        }))));

    /// <summary>Writes what is still in memory.</summary>
    /// <exception cref="RequestException">The disk is full.</exception>
    public void Flush() => Write([]);

    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // The disk is full: what the run ended with is the news, not that its last curves are lost.
        }
    }

    private byte[] Event(long step, Action<EventMessage> what)
    {
        var message = new EventMessage();
        message.Double(1, _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
        message.Varint(2, (ulong)step);
        what(message);
        return message.ToArray();
    }

    private void Record(ReadOnlySpan<byte> message)
    {
        var record = new byte[8 + 4 + message.Length + 4];
        BinaryPrimitives.WriteInt64LittleEndian(record, message.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(8), MaskedCrc32C.Of(record.AsSpan(0, 8)));
        message.CopyTo(record.AsSpan(12));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(12 + message.Length), MaskedCrc32C.Of(message));
        Write(record);
    }

    private void Write(ReadOnlySpan<byte> record)
    {
        try
        {
            _stream.Write(record);
            if (record.Length > 0 && _clock.GetElapsedTime(_flushed) < FlushInterval)
                return;
            _stream.Flush();
            _flushed = _clock.GetTimestamp();
        }
        catch (IOException failure)
        {
            throw new RequestException(
                $"the TensorBoard file cannot be written: {failure.Message}", _stream.Name,
                "free space on the disk, then start again: the run continues from its last checkpoint", failure);
        }
    }
}
