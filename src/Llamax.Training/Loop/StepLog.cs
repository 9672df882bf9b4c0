using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Training.Loop;

/// <summary>
/// <c>log.jsonl</c>: one line per step, and one per probe. It holds nothing that depends on the clock or on interruptions: a run
/// that was killed and resumed leaves the same bytes as an undisturbed one.
/// </summary>
internal sealed class StepLog : IDisposable
{
    public const string FileName = "log.jsonl";

    private readonly FileStream _stream;

    /// <summary>Opens or creates the log; no line is read or changed.</summary>
    /// <exception cref="RequestException">It cannot be written.</exception>
    public StepLog(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            _stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RequestException(
                $"the log cannot be opened: {failure.Message}", path, "get the right to write this file", failure);
        }
    }

    /// <summary>Bytes up to the last line.</summary>
    public long Length => _stream.Length;

    /// <summary>Cuts off what was logged after a checkpoint; the next line follows there.</summary>
    /// <param name="length">Length at the checkpoint.</param>
    /// <exception cref="RequestException">The file is shorter: lines of finished steps are gone.</exception>
    public void CutTo(long length)
    {
        if (_stream.Length < length)
        {
            throw new RequestException(
                $"the log has {_stream.Length} bytes, but {length} when the checkpoint was written", _stream.Name,
                "put the file back, or delete the checkpoints to start from the first step");
        }

        _stream.SetLength(length);
        _stream.Position = length;
    }

    /// <summary>Appends the line of a step.</summary>
    /// <param name="step">Steps taken, this one included.</param>
    /// <param name="outcome">What it did.</param>
    /// <param name="learningRate">Of the step.</param>
    /// <param name="tally">Losses by kind and language since the last such line; null = not on this line.</param>
    public void Step(int step, StepOutcome outcome, double learningRate, LossTally? tally) => Line(json =>
    {
        json.WriteNumber("step", step);
        WriteNumber(json, "loss", outcome.Loss);
        json.WriteNumber("learning_rate", learningRate);
        WriteNumber(json, "gradient_norm", outcome.GradientNorm);
        json.WriteNumber("tokens", outcome.Tokens);
        json.WriteNumber("loss_tokens", outcome.LossTokens);
        if (outcome.Preferences is { } preferences)
        {
            WriteNumber(json, "reward_margin", preferences.Margins.Mean);
            WriteNumber(json, "reward_accuracy", (double)preferences.Right / preferences.Pairs);
        }

        if (tally is null)
            return;
        WriteMeans(json, "kinds", tally.Kinds);
        WriteMeans(json, "languages", tally.Languages);
    });

    /// <summary>Appends the line of a probe.</summary>
    public void Probe(int step, string name, IReadOnlyDictionary<string, double> values) => Line(json =>
    {
        json.WriteNumber("step", step);
        json.WriteString("probe", name);
        foreach (var (key, value) in values.OrderBy(pair => pair.Key, StringComparer.Ordinal))
            WriteNumber(json, key, value);
    });

    /// <summary>Forces the lines to the disk, before a checkpoint relies on them.</summary>
    public void FlushToDisk() => _stream.Flush(flushToDisk: true);

    public void Dispose() => _stream.Dispose();

    private void Line(Action<Utf8JsonWriter> write)
    {
        using var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        line.WriteByte((byte)'\n');
        try
        {
            _stream.Write(line.GetBuffer(), 0, (int)line.Length);
            _stream.Flush();
        }
        catch (IOException failure)
        {
            throw new RequestException(
                $"the log cannot be written: {failure.Message}", _stream.Name,
                "free space on the disk, then start again: the run continues from its last checkpoint", failure);
        }
    }

    private static void WriteMeans(Utf8JsonWriter json, string name, SortedDictionary<string, LossSum> sums)
    {
        json.WriteStartObject(name);
        foreach (var (key, sum) in sums)
        {
            json.WriteStartObject(key);
            WriteNumber(json, "loss", sum.Mean);
            json.WriteNumber("loss_tokens", sum.Tokens);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    // JSON has no infinity: a perplexity can overflow.
    private static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
            json.WriteNumber(name, number);
        else
            json.WriteNull(name);
    }
}
