using Llamax.Runs.Manifests;

namespace Llamax.Pipelines.Stages;

/// <summary>
/// One step of a run with a folder of its own. A folder with a manifest of the same key is finished; without one it is begun
/// again or, where the stage keeps state, continued.
/// </summary>
internal abstract class Stage(string name, string folder)
{
    /// <summary>As in <c>--from NAME</c> and in progress, for example <c>phases/cpt</c>.</summary>
    public string Name { get; } = name;

    public string Folder { get; } = folder;

    /// <summary>Everything that decides the result, keys of earlier stages included; two runs with equal keys give equal bytes.</summary>
    public string Key => field ??= Manifest.HashTexts(KeyParts().Prepend(Name));

    /// <summary>
    /// Whether other options are no reason to refuse the folder: the stage keeps what still fits and makes the rest from what earlier
    /// stages left. A stage whose work is long or cannot be made again says no.
    /// </summary>
    public virtual bool IsAdaptable => false;

    /// <summary>Whether the ranks of a run share the work; otherwise the first one does it while the others wait.</summary>
    public virtual bool IsShared => false;

    /// <summary>One line for <c>--dry-run</c>: what would be done, with numbers where they are known.</summary>
    public abstract string Describe();

    /// <summary>Does the work and returns the manifest without outputs; the runner adds them and writes it.</summary>
    public abstract Manifest Run(StageContext context);

    protected abstract IEnumerable<string> KeyParts();
}
