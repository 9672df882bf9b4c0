using System.IO.Hashing;
using System.Text;
using Llamax.Corpus;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>
/// What a set takes from files of questions with answers: preferences and tasks. Some of it may be held out; what asks the same is held
/// out together.
/// </summary>
internal sealed class TuningEntries
{
    private readonly Recipe _recipe;
    private readonly SetOptions _options;
    private readonly Draws _draws;
    private readonly Lazy<HashSet<ulong>> _heldOut;

    public TuningEntries(Recipe recipe, SetOptions options)
    {
        (_recipe, _options) = (recipe, options);
        _draws = new Draws(recipe.Seed, "held-out examples");
        _heldOut = new(DrawHeldOut);
    }

    /// <summary>What is trained on.</summary>
    /// <exception cref="RequestException">A line of a file is wrong; it is named.</exception>
    public IEnumerable<TrainingEntry> Trained() => All().Where(entry => !_heldOut.Value.Contains(DrawOf(entry)));

    /// <summary>What the model is watched by.</summary>
    public IEnumerable<TrainingEntry> HeldOut() =>
        _options.HeldOutExamples == 0 ? [] : All().Where(entry => _heldOut.Value.Contains(DrawOf(entry)));

    /// <summary>The files' hashes.</summary>
    /// <exception cref="RequestException">A file is not there.</exception>
    public IEnumerable<string> Fingerprints() => _options.Preferences
        .Concat(_options.Tasks.SelectMany(task => task.Files))
        .Concat(_options.Tasks.Select(task => task.Prompt).Where(IsFile).OfType<string>())
        .Select(file => File.Exists(file)
            ? Manifest.HashFile(file)
            : throw new RequestException("there is no such file", file, "correct the set's preferences or tasks"));

    /// <summary>The language of a line.</summary>
    /// <exception cref="RequestException">There is none of that code; the line is named.</exception>
    public static Language LanguageOf(string code, string origin)
    {
        try
        {
            return LanguageRegistry.Find(code);
        }
        catch (RequestException unknown)
        {
            throw new RequestException(unknown.What, origin, unknown.Mend, unknown);
        }
    }

    private static bool IsFile(string? prompt) => prompt?.EndsWith(".json", StringComparison.OrdinalIgnoreCase) == true;

    private IEnumerable<TrainingEntry> All() => _options.Preferences.SelectMany(new PreferenceEntries(_recipe).Read)
        .Concat(_options.Tasks.SelectMany(task => new TaskEntries(task).Read()));

    private HashSet<ulong> DrawHeldOut()
    {
        // The smallest draws, so that more lines elsewhere in the files move few others in or out.
        var smallest = new SortedSet<ulong>();
        foreach (var entry in _options.HeldOutExamples == 0 ? [] : All())
        {
            smallest.Add(DrawOf(entry));
            if (smallest.Count > _options.HeldOutExamples)
                smallest.Remove(smallest.Max);
        }

        return [.. smallest];
    }

    private ulong DrawOf(TrainingEntry entry) => _draws.Bits(XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(entry.Segments[0].Text)));
}
