using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Llamax.Text.Tests")]
[assembly: InternalsVisibleTo("Llamax.Bench")]
