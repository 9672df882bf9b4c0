using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Writing;

/// <summary>Writes the records of one format: one text or two, and further columns.</summary>
internal abstract class RecordWriter : IDisposable
{
    /// <summary>Writes a record, or says why the format cannot hold it; then nothing of it is written.</summary>
    /// <param name="texts">One text or two, of well-formed UTF-16.</param>
    /// <param name="columns">Further columns; null = none.</param>
    public abstract string? Write(ReadOnlySpan<string> texts, ExtraColumns? columns);

    /// <summary>Writes what stands behind the last record.</summary>
    public virtual void Finish()
    {
    }

    public virtual void Dispose()
    {
    }
}
