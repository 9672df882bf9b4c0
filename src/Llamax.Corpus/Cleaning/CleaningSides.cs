using Llamax.Text.Languages;

namespace Llamax.Corpus.Cleaning;

/// <summary>One side of a corpus: its language where it is known, and the limits that hold for it.</summary>
internal sealed record CleaningSide(Language? Language, CleaningLimits Limits)
{
    /// <summary>Whether words can be counted by spaces; text of an unknown language is taken to have them.</summary>
    public bool HasSpaces => Language?.SpacesBetweenWords ?? true;
}

/// <summary>The sides of a corpus; monolingual text has no target.</summary>
internal sealed record CleaningSides(CleaningSide Source, CleaningSide? Target);
