using Llamax.Models.Checkpoints;

namespace Llamax.Models.Layers;

/// <summary>
/// How a family's tensors may be called in a file: by Hugging Face's name, or as older files and other programs write them.
/// </summary>
internal sealed record CheckpointNames
{
    /// <summary>Begins the names of the body; a file of the body alone leaves it out.</summary>
    public string BodyPrefix { get; init; } = "";

    /// <summary>Before every name in a file that holds more than this model.</summary>
    public string AddedPrefix { get; init; } = "";

    /// <summary>Other names of tied tensors: stored once or several times, they are one tensor. Other name → name.</summary>
    public IReadOnlyDictionary<string, string> Tied { get; init; } = new Dictionary<string, string>();

    /// <summary>Tensors that are computed from the config: nothing to learn, nothing to load.</summary>
    public Func<string, bool> IsDerived { get; init; } = _ => false;

    /// <summary>Finds the stored name of every tensor, and checks types and shapes before any memory is asked for.</summary>
    /// <returns>Name → name in the checkpoint.</returns>
    /// <exception cref="Llamax.Runs.RequestException">A tensor is missing, unexpected, of another shape, or no weight.</exception>
    public IReadOnlyDictionary<string, string> Locate(CheckpointFolder checkpoint, IReadOnlyList<TensorShape> tensors)
    {
        string Stored(string name) => Aliases(name).FirstOrDefault(checkpoint.Has) ?? AddedPrefix + name;
        var stored = tensors.ToDictionary(tensor => tensor.Name, tensor => Stored(tensor.Name), StringComparer.Ordinal);
        var others = tensors.SelectMany(t => Aliases(t.Name)).ToHashSet(StringComparer.Ordinal);
        checkpoint.Check([.. tensors.Select(t => (stored[t.Name], t.Sizes))], name => IsDerived(name) || others.Contains(name));
        return stored;
    }

    // The name itself first, then what is tied to it; each with and without the prefix.
    private IEnumerable<string> Aliases(string name) => Tied
        .Where(pair => pair.Value == name)
        .Select(pair => pair.Key)
        .Prepend(name)
        .SelectMany(alias => BodyPrefix.Length > 0 && alias.StartsWith(BodyPrefix, StringComparison.Ordinal)
            ? new[] { alias, alias[BodyPrefix.Length..] }
            : [alias])
        .Select(alias => AddedPrefix + alias);
}
