using System.Buffers;
using System.Text;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Text.Identification;

/// <summary>
/// A fastText classifier (Joulin et al. 2016, arXiv 1607.01759 and 1612.03651) that names languages: lid.176, NLLB's lid218e, GlotLID,
/// OpenLID and any other whose labels are language codes. Its answers are those of fastText 0.9.2 to the last bit of the arithmetic.
/// </summary>
public sealed class LanguageIdentifier : ILanguageIdentifier
{
    private readonly FastTextModel _model;
    private readonly HashSet<Language> _judged;

    private LanguageIdentifier(FastTextModel model, string fingerprint)
    {
        _model = model;
        Fingerprint = fingerprint;
        Labels = LabelLanguages.Resolve(model.Labels);
        _judged = [.. Labels.SelectMany(label => label.Languages)];
    }

    public string Fingerprint { get; }

    public IReadOnlyList<IdentifierLabel> Labels { get; }

    /// <summary>Reads a supervised fastText model, <c>.bin</c> or quantised (<c>.ftz</c>).</summary>
    /// <exception cref="RequestException">There is no such file, or it is no fastText classifier, or damaged.</exception>
    public static LanguageIdentifier Load(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("no such file", path, "give a fastText model, for example lid.176.ftz");
        using var file = File.OpenRead(path);
        using var hashing = new HashingStream(file);
        var model = FastTextFile.Read(hashing, file.Length, path);
        return new LanguageIdentifier(model, hashing.Finish());
    }

    public bool Judges(Language language) => _judged.Contains(language);

    public int Identify(ReadOnlySpan<char> line, Span<LabelProbability> best)
    {
        // One byte before and one behind the line are left to the model.
        var rented = ArrayPool<byte>.Shared.Rent(checked(Encoding.UTF8.GetMaxByteCount(line.Length) + 2));
        var length = Encoding.UTF8.GetBytes(line, rented.AsSpan(1));
        var count = _model.Predict(rented.AsSpan(0, length + 2), best);
        ArrayPool<byte>.Shared.Return(rented);
        return count;
    }
}
